import { Component, type ErrorInfo, type ReactNode } from "react";
import { Broken } from "./broken.js";

interface BoundaryProps {
  /** As "The plans": what cannot be shown when something in it fails. */
  readonly what: string;
  /** When this changes it is tried again: what failed may have been in what was shown before. */
  readonly of?: unknown;
  /** In the place of what failed, where it must be of one kind, such as the row of a table. */
  readonly otherwise?: (broken: ReactNode) => ReactNode;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly error: unknown;
  readonly failed: boolean;
  readonly of: unknown;
}

const WHOLE = { error: undefined, failed: false } as const;

/** Keeps what fails in a part of the page within it: what a machine sends must not take the others' rows away. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { ...WHOLE, of: this.props.of };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error, failed: true };
  }

  static getDerivedStateFromProps({ of }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return of === state.of ? null : { ...WHOLE, of };
  }

  override componentDidCatch(_error: unknown, { componentStack }: ErrorInfo): void {
    this.#where = componentStack ?? "";
  }

  override render(): ReactNode {
    const { what, otherwise, children } = this.props;
    if (!this.state.failed) return children;
    const broken = <Broken what={what} error={this.state.error} where={() => this.#where} retry={this.#again} />;
    return otherwise === undefined ? broken : otherwise(broken);
  }

  #where = "";

  readonly #again = (): void => this.setState(WHOLE);
}

/** A headline where it is plain text. */
export function inWords(title: ReactNode, otherwise: string): string {
  return typeof title === "string" ? title : otherwise;
}
