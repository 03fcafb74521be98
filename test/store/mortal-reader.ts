// The reader as it is, behind something that ends it; the first import is the first to hear of a message.
import "./memory-taker.js";
import "../../src/store/sqlite/reader-worker.js";
