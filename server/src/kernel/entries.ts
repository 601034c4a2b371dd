/**
 * Tables of methods and the state their functions are entered in. Sources, read in 6.1.192 and 6.12.117: fs/read_write.c,
 * fs/ioctl.c, mm/mmap.c (`call_mmap()` under mmap_write_lock), include/linux/{fs,proc_fs,blkdev,net,tty_driver,fb,sysfs}.h,
 * include/media/v4l2-{ioctl,dev}.h, include/linux/{interrupt,timer,hrtimer}.h.
 */

export interface Entry {
	/** The struct of the table. */
	readonly record: RegExp;
	/** The members that say so. */
	readonly members: RegExp;
	/** Whether mmap_lock of current->mm is held when they are called. */
	readonly mmapLock: 'free' | 'held';
}

export const ENTRIES: readonly Entry[] = [
	{
		record: /^file_operations$/,
		members: /^(?:read|write|read_iter|write_iter|unlocked_ioctl|compat_ioctl|ioctl|uring_cmd|open)$/,
		mmapLock: 'free',
	},
	{
		record: /^proc_ops$/,
		members: /^proc_(?:read|write|read_iter|ioctl|compat_ioctl|open)$/,
		mmapLock: 'free',
	},
	{ record: /^block_device_operations$/, members: /^(?:ioctl|compat_ioctl|open)$/, mmapLock: 'free' },
	{
		record: /^proto_ops$/,
		members: /^(?:ioctl|compat_ioctl|setsockopt|getsockopt|sendmsg|recvmsg|bind)$/,
		mmapLock: 'free',
	},
	{ record: /^tty_(?:ldisc_)?(?:operations|ops)$/, members: /^(?:ioctl|compat_ioctl|write)$/, mmapLock: 'free' },
	{ record: /^fb_ops$/, members: /^fb_(?:read|write|ioctl|compat_ioctl)$/, mmapLock: 'free' },
	{ record: /^(?:bin_|device_|kobj_)attribute$/, members: /^(?:read|write|store|show)$/, mmapLock: 'free' },
	{ record: /^v4l2_ioctl_ops$/, members: /^vidioc_\w+$/, mmapLock: 'free' },
	{
		record: /^(?:v4l2_file_operations|vfio_device_ops)$/,
		members: /^(?:read|write|unlocked_ioctl|ioctl)$/,
		mmapLock: 'free',
	},
	{
		record: /^(?:file_operations|v4l2_file_operations|proc_ops|fb_ops|bin_attribute|vfio_device_ops)$/,
		members: /^(?:proc_|fb_)?mmap(?:_prepare)?$/,
		mmapLock: 'held',
	},
];

/** Macros that define a system call, which is entered with no lock held. Source: include/linux/syscalls.h. */
export const SYSCALL = /\b(?:COMPAT_)?SYSCALL\w*_DEFINE/;

/** Calls and macros that are given a function which is entered with no lock held -> what it is. Sources: include/drm/drm_ioctl.h, include/linux/{workqueue,kthread}.h. */
export const ARGUMENT_ENTRIES: readonly (readonly [callee: RegExp, position: number, what: string])[] = [
	[/^DRM_IOCTL_DEF\w*$/, 1, 'an ioctl'],
	[/^(?:INIT_(?:DELAYED_)?WORK|DECLARE_(?:DELAYED_)?WORK|kthread_init_work)$/, 1, 'a work item'],
	[/^kthread_(?:run|create)\w*$/, 0, 'a kernel thread'],
];

/** Parameters that only a method has which the kernel calls with no lock held, and what it is. Source: include/linux/fs.h, include/drm/drm_ioctl.h. */
export const METHOD_PARAMETERS: readonly (readonly [types: readonly string[], name: RegExp, what: string])[] = [
	[['struct file *', 'unsigned int', 'unsigned long'], /ioctl/, 'an ioctl'],
	[['struct drm_device *', 'void *', 'struct drm_file *'], /ioctl/, 'an ioctl'],
	[['struct file *', 'char *', 'size_t', 'loff_t *'], /write|store/, 'a write method'],
	[['struct file *', 'char *', 'size_t', 'loff_t *'], /read|show/, 'a read method'],
];

/** Function that registers a handler -> position of the handler, which may not sleep. */
export const ATOMIC_HANDLERS: ReadonlyMap<string, readonly [position: number, what: string]> = new Map([
	['request_irq', [1, 'an interrupt handler']],
	['request_threaded_irq', [1, 'an interrupt handler']],
	['devm_request_irq', [2, 'an interrupt handler']],
	['devm_request_threaded_irq', [2, 'an interrupt handler']],
	['request_percpu_irq', [1, 'an interrupt handler']],
	['tasklet_setup', [1, 'a tasklet']],
	['tasklet_init', [1, 'a tasklet']],
	['timer_setup', [1, 'a timer']],
	['call_rcu', [1, 'an RCU callback']],
]);
