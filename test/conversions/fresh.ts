/** What is in `after` and not in `before`, each as often as it is there. */
export function fresh(before: readonly string[], after: readonly string[]): string[] {
	const left = [...before];
	return after.filter((line) => {
		const at = left.indexOf(line);
		if (at >= 0) left.splice(at, 1);
		return at < 0;
	});
}
