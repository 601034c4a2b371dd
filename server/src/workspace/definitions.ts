/** A line that starts in column 0 and names a function before a bracket: a definition, mostly. */
const HEADER = /^[A-Za-z_][^\n;={}()]*?\b(\w+)\s*\(/gm;

/** Which files of a set may define a function of a name: prototypes and macros count too, who reads them finds out. */
export class TreeDefinitions {
	readonly #paths = new Map<string, string[]>();

	add(path: string, text: string): void {
		const names = new Set(Array.from(text.matchAll(HEADER), ([, name]) => name as string));
		for (const name of names) {
			const known = this.#paths.get(name);
			if (known) known.push(path);
			else this.#paths.set(name, [path]);
		}
	}

	/** Paths as they were added. */
	of(name: string): readonly string[] {
		return this.#paths.get(name) ?? [];
	}
}
