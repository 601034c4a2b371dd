/** Commands of the manifest. No VS Code in here: a test holds them against it. */
export const commands = {
	restart: 'gup-lens.restart',
	showLog: 'gup-lens.showLog',
	selectKernel: 'gup-lens.selectKernel',
	paths: 'gup-lens.paths.show',
	pathsNextStep: 'gup-lens.paths.nextStep',
	pathsPreviousStep: 'gup-lens.paths.previousStep',
	pathsNextPath: 'gup-lens.paths.nextPath',
	pathsPreviousPath: 'gup-lens.paths.previousPath',
	pathsGoTo: 'gup-lens.paths.goTo',
	pathsClose: 'gup-lens.paths.close',
	audit: 'gup-lens.audit.run',
	auditFilter: 'gup-lens.audit.filter',
	auditClearFilter: 'gup-lens.audit.clearFilter',
	auditCopy: 'gup-lens.audit.copyMarkdown',
	auditReport: 'gup-lens.audit.openReport',
} as const;
