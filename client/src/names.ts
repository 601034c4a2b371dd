/** Commands of the manifest. No VS Code in here: a test holds them against it. */
export const commands = {
	restart: 'gup-lens.restart',
	showLog: 'gup-lens.showLog',
	selectKernel: 'gup-lens.selectKernel',
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
} as const;
