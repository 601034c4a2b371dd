/** Larger files are generated tables (register maps of GPU drivers): no hand-written C comes near it. In bytes, of an open document in characters. */
export const MAX_BYTES = 10_000_000;

/** Why such a file is not analysed, behind its name. */
export const TOO_LARGE = `larger than ${MAX_BYTES / 1_000_000} MB`;
