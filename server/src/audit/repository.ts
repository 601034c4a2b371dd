import { Git } from '../programs/git.js';
import { Revisions } from '../workspace/revisionTree.js';

/** The repository that was asked for last. */
export class OpenRepository {
	#root: string | undefined;
	#revisions: Promise<Revisions> | undefined;

	/** @param root absolute, real; nothing below it is run */
	around(root: string): Promise<Revisions> {
		if (this.#revisions && this.#root === root) return this.#revisions;
		this.end();
		this.#root = root;
		this.#revisions = Git.around(root).then((git) => new Revisions(git));
		return this.#revisions;
	}

	/** Ends the program that reads it. */
	end(): void {
		this.#revisions?.then(
			(revisions) => revisions.end(),
			() => undefined,
		);
		this.#revisions = undefined;
	}
}
