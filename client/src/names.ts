/** Commands of the manifest. No VS Code in here: a test holds them against it. */
export const commands = {
	restart: 'gup-lens.restart',
	showLog: 'gup-lens.showLog',
	selectKernel: 'gup-lens.selectKernel',
} as const;
