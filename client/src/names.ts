/** Commands of the manifest. No VS Code in here: a test holds them against it. */
export const commands = {
	restart: 'gup-lens.restart',
	showLog: 'gup-lens.showLog',
	serverStatus: 'gup-lens.showServerStatus',
	selectKernel: 'gup-lens.selectKernel',
	paths: 'gup-lens.paths.show',
	pathsNextStep: 'gup-lens.paths.nextStep',
	pathsPreviousStep: 'gup-lens.paths.previousStep',
	pathsNextPath: 'gup-lens.paths.nextPath',
	pathsPreviousPath: 'gup-lens.paths.previousPath',
	pathsGoTo: 'gup-lens.paths.goTo',
	pathsClose: 'gup-lens.paths.close',
	walkthrough: 'gup-lens.walkthrough',
	fixAll: 'gup-lens.fixAll',
	convertFile: 'gup-lens.convertFile',
	checkFolder: 'gup-lens.checkFolder',
	explain: 'gup-lens.explain',
	openRule: 'gup-lens.openRule',
	audit: 'gup-lens.audit.run',
	auditFilter: 'gup-lens.audit.filter',
	auditClearFilter: 'gup-lens.audit.clearFilter',
	auditCopy: 'gup-lens.audit.copyMarkdown',
	auditReport: 'gup-lens.audit.openReport',
	auditCompare: 'gup-lens.audit.compare',
} as const;

/** Of the view of paths. */
export const pathsCommands: readonly string[] = [
	commands.paths,
	commands.pathsNextStep,
	commands.pathsPreviousStep,
	commands.pathsNextPath,
	commands.pathsPreviousPath,
	commands.pathsGoTo,
	commands.pathsClose,
];

/** Of the view of the audit. */
export const auditCommands: readonly string[] = [
	commands.audit,
	commands.auditFilter,
	commands.auditClearFilter,
	commands.auditCopy,
	commands.auditReport,
];
