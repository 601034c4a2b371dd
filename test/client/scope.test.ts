import { describe, expect, it } from 'vitest';
import { contains, type Location, mayRead } from '../../client/src/scope.js';

const at = (path: string, scheme = 'vscode-vfs', authority = 'host'): Location => ({ scheme, authority, path });

describe('what the server may read through the client', () => {
	const folders = [at('/linux/drivers')];
	const documents = [at('/linux/drivers/misc/a.c')];
	const allowed = (location: Location) => mayRead(location, folders, documents);

	it.each([
		'/linux/drivers/misc/b.h',
		'/linux/drivers',
		'/linux/Makefile',
		'/linux/Kbuild',
		'/linux/include/linux/mm.h',
		'/linux/mm/internal.h',
		'/Makefile',
	])('%s: yes', (path) => {
		expect(allowed(at(path))).toBe(true);
	});

	it.each([
		'/etc/passwd',
		'/linux/.git/config',
		'/linux/drivers-secret/a.c',
		'/other/Makefile',
		'/linux/drivers/../.git/config',
		'/linux/include/linux/../../secret/include/linux/mm.h',
	])('%s: no', (path) => {
		expect(allowed(at(path))).toBe(false);
	});

	it('keeps to the file system of the folder', () => {
		expect(allowed(at('/linux/drivers/misc/b.h', 'file'))).toBe(false);
		expect(allowed(at('/linux/drivers/misc/b.h', 'vscode-vfs', 'elsewhere'))).toBe(false);
		expect(allowed(at('/linux/Makefile', 'file'))).toBe(false);
	});

	it('takes a root folder for what it is', () => {
		expect(contains(at('/'), at('/a.c'))).toBe(true);
	});
});
