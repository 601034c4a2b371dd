/** How the workspace reads: the only door to a file system, real or virtual. */
export interface Files {
	/**
	 * Text of a file, undefined when it is not there or cannot be read.
	 * @param path a path or URI with "/" as separator
	 */
	read(path: string): Promise<string | undefined>;
	/** Names of the files in a folder, without a path; none when it is not there. */
	list(folder: string): Promise<readonly string[]>;
}
