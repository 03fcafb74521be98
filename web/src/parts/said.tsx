import { UiLabel, UiPath } from "./words.js";
import type { Piece } from "../words/pieces.js";

/** A sentence with ways through Backrest's screens and labels there set apart. */
export function Said({ pieces }: { readonly pieces: readonly Piece[] }) {
  return pieces.map((piece, n) => (
    // The pieces of a sentence have no other name.
    <SaidPiece key={n} piece={piece} />
  ));
}

function SaidPiece({ piece }: { readonly piece: Piece }) {
  if (typeof piece === "string") return piece;
  if ("path" in piece) return <UiPath path={piece.path} />;
  if ("ui" in piece) return <UiLabel>{piece.ui}</UiLabel>;
  return <code>{piece.code}</code>;
}
