/** Functions that look up the mm of a task, or a task. Sources, read in 6.1.192 and 6.12.117: include/linux/sched/{mm,task}.h, kernel/{fork,pid}.c. */

/** They return the mm of the task that is their argument `task`; undefined where they are given none. */
export const MM_LOOKUPS: ReadonlyMap<string, { readonly task: number }> = new Map([
	['get_task_mm', { task: 0 }],
	['mm_access', { task: 0 }],
]);

/** They return a task that the caller names by a number or a struct pid. */
export const TASK_LOOKUPS: ReadonlySet<string> = new Set([
	'get_pid_task',
	'pid_task',
	'find_task_by_vpid',
	'find_task_by_pid_ns',
	'find_get_task_by_vpid',
	'find_get_task',
]);
