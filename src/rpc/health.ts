import { create, type DescService } from "@bufbuild/protobuf";
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import {
  Health,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus as ServingStatus,
  HealthCheckResponseSchema,
  type HealthListResponse,
  HealthListResponseSchema,
} from "../../gen/grpc/health/v1/health_pb.js";
import { HubError } from "../errors.js";
import { kConnection } from "../request-context.js";
import { followStatus } from "./health-watch.js";
import { cutWhenStalled } from "./watch.js";

/** Whether the hub can do what it is for. */
export interface HealthSource {
  ready(): boolean;
  /** @returns a function that takes the listener away again */
  onChange(listener: () => void): () => void;
}

export interface HealthParts {
  readonly source: HealthSource;
  /** What the server serves; the health service itself is added. */
  readonly services: readonly DescService[];
  readonly limits?: HealthLimits;
}

export interface HealthLimits {
  /** The longest request, in bytes. */
  readonly requestMaxBytes: number;
  readonly watchers: number;
  /** Time after which a watcher that does not take a status is cut off. */
  readonly stallTimeoutMs: number;
}

export const HEALTH_LIMITS: HealthLimits = { requestMaxBytes: 1 << 10, watchers: 256, stallTimeoutMs: 30_000 };

/** The protocol's own limit of List. */
const LIST_MAX_SERVICES = 100;

/** `grpc.health.v1.Health`. All services share one status: they stand and fall with the hub. */
export function healthRoutes(router: ConnectRouter, parts: HealthParts): void {
  const health = new HealthService(parts);
  const options = { readMaxBytes: health.limits.requestMaxBytes };
  router.rpc(Health.method.check, (request) => health.check(request.service), options);
  router.rpc(Health.method.list, () => health.list(), options);
  router.rpc(Health.method.watch, (request, context) => health.watch(request.service, context), options);
}

class HealthService {
  readonly limits: HealthLimits;
  readonly #source: HealthSource;
  /** Full names; the empty name is the server as a whole. */
  readonly #names: ReadonlySet<string>;
  #watchers = 0;

  constructor(parts: HealthParts) {
    this.limits = parts.limits ?? HEALTH_LIMITS;
    this.#source = parts.source;
    this.#names = new Set(["", Health.typeName, ...parts.services.map((service) => service.typeName)]);
  }

  check(service: string): HealthCheckResponse {
    const status = this.#status(service);
    if (status === ServingStatus.SERVICE_UNKNOWN) {
      throw new HubError(
        "not_found",
        `this server has no service ${service}; leave the name empty to ask for the server as a whole`,
      ).toConnectError();
    }
    return response(status);
  }

  list(): HealthListResponse {
    if (this.#names.size > LIST_MAX_SERVICES) {
      throw new HubError(
        "resource_exhausted",
        `this server has ${this.#names.size} services, and a list may hold ${LIST_MAX_SERVICES}; check them by name`,
      ).toConnectError();
    }
    const statuses = Object.fromEntries([...this.#names].map((name) => [name, response(this.#status(name))]));
    return create(HealthListResponseSchema, { statuses });
  }

  watch(service: string, context: HandlerContext): AsyncIterable<HealthCheckResponse> {
    return cutWhenStalled(
      this.#follow(service, context.signal),
      context.values.get(kConnection),
      this.limits.stallTimeoutMs,
    );
  }

  async *#follow(service: string, signal: AbortSignal): AsyncGenerator<HealthCheckResponse> {
    if (this.#watchers >= this.limits.watchers) {
      throw new HubError(
        "resource_exhausted",
        `${this.limits.watchers} clients watch this server's health already; use Check, or try again later`,
      ).toConnectError();
    }
    this.#watchers += 1;
    try {
      const onChange = (listener: () => void) => this.#source.onChange(listener);
      for await (const status of followStatus(() => this.#status(service), onChange, signal)) {
        yield response(status);
      }
    } finally {
      this.#watchers -= 1;
    }
  }

  #status(service: string): ServingStatus {
    if (!this.#names.has(service)) return ServingStatus.SERVICE_UNKNOWN;
    return this.#source.ready() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }
}

function response(status: ServingStatus): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status });
}
