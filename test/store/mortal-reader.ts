// The reader as it is, behind something that ends it; the first import is the first to hear of a message.
// oxlint-disable-next-line import/no-unassigned-import
import "./memory-taker.js";
// oxlint-disable-next-line import/no-unassigned-import
import "../../src/store/sqlite/reader-worker.js";
