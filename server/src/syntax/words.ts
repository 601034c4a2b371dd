/** Words of kernel C that a C grammar does not know. Source: include/linux/compiler*.h, init.h, linkage.h. */

/** Annotations without arguments: they say nothing about control flow or types. */
export const ANNOTATIONS: ReadonlySet<string> = new Set(
	`__user __kernel __iomem __force __percpu __rcu __bitwise __private __nocast __safe
	__must_check __maybe_unused __unused __always_unused __read_mostly __ro_after_init __packed __cold __hot __weak
	__init __exit __initdata __initconst __exitdata __devinit __devexit __meminit __net_init __net_exit __ref __refdata
	__init_or_module __sched __lockfunc __cpuidle __kprobes __visible __noreturn __pure __attribute_const__ __deprecated
	__always_inline __no_inline __noinline __flatten __latent_entropy __randomize_layout __no_randomize_layout
	__no_kcsan __no_kasan_or_inline __no_kcsan_or_inline __no_sanitize_address __no_sanitize_or_inline __no_sanitize_memory
	__no_sanitize_undefined __no_stack_protector __no_profile __noendbr __nocfi __cficanonical __assume_aligned
	__used __malloc __gnu_inline __naked __mustcheck __no_caller_saved_registers __no_kmsan_checks __noscs __nonstring
	noinline noinline_for_stack notrace nokprobe_inline asmlinkage asmregparm fastcall dotraplinkage
	__bpf_kfunc __bpf_kfunc_start_defs __signed __intentional_overflow __visible_for_testing STATIC_ASSERT_INLINE
	__forceinline inline_for_stack uninitialized_var noreturn __no_auth __diag_ignore_all __net_exit_batch __xdp_md
	__free_guard __kernel_pure __initdata_or_module __vdso_data __tracepoint __ptr_lock __tail_call`.split(/\s+/),
);

/** Annotations with arguments, blanked with them. */
export const ANNOTATIONS_WITH_ARGUMENTS: ReadonlySet<string> = new Set(
	`__free __cleanup __aligned __counted_by __counted_by_ptr __section __attribute__ __attribute __alias __assume_aligned
	__acquires __releases __must_hold __cond_acquires __cond_releases __no_sanitize __printf __scanf __alloc_size
	__realloc_size __nonnull __designated_init __guarded_by __pt_guarded_by __copy __diagnose_as __attribute_const
	__error __compiletime_error __compiletime_warning __symver __visibility __sized_by __element_count`.split(/\s+/),
);

export const TYPEOF: ReadonlySet<string> = new Set([
	'typeof',
	'__typeof__',
	'__typeof',
	'typeof_unqual',
	'__typeof_unqual__',
	'typeof_member',
	'__unqual_scalar_typeof',
	'__auto_type_of',
]);

export const STATEMENT_KEYWORDS: ReadonlySet<string> = new Set([
	'if',
	'while',
	'for',
	'switch',
	'return',
	'goto',
	'break',
	'continue',
	'do',
	'else',
	'case',
	'default',
]);

/** Words that begin a type and cannot stand as an argument of a call. */
export const TYPE_KEYWORDS: ReadonlySet<string> = new Set(
	`struct union enum const volatile unsigned signed int long short char void bool _Bool float double
	size_t ssize_t ptrdiff_t intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
	char16_t char32_t char64_t max_align_t nullptr_t intmax_t uintmax_t`.split(/\s+/),
);

/** Operators of the grammar that look like calls and take types. */
export const TAKES_TYPE: ReadonlySet<string> = new Set(['sizeof', '_Generic']);

/** Operators that the grammar knows in one form only: read as calls. */
export const OPERATOR_CALLS: ReadonlyMap<string, string> = new Map([
	['offsetof', 'Offsetof'],
	['_Alignof', 'Alignof'],
	['alignof', 'Alignof'],
	['__alignof__', 'Alignof'],
	['__alignof', 'Alignof'],
]);

/** A macro that heads a loop when a statement follows. */
export const LOOP_MACRO = /for_?each|for_?every|_each_|list_for|for_all_/i;

/** A macro that heads a guarded block: entered once or not at all. */
export const BLOCK_MACRO = /^(?:scoped|if_|guard|with_|unsafe_|rcu_scoped|idr_lock_scoped)/;
