/**
 * Shapes of C that grow with a number: what a generator, a preprocessed file or a hostile person writes.
 * Each names the family, so that nothing of it is passed over unread.
 */

/** Text of a shape at a size: the number of its repeated parts. */
export type Shape = (n: number) => string;

function many(n: number, part: (i: number) => string): string {
	let text = '';
	for (let i = 0; i < n; i++) text += part(i);
	return text;
}

function body(
	inside: string,
	head = 'static int shape(unsigned long addr, int nr, struct page **pages, struct dev *dev)',
): string {
	return `${head}\n{\n\tstruct page *page;\n\tint ret = 0, i;\n\n${inside}\treturn ret;\n}\n`;
}

const TAKE = '\tret = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);\n\tif (ret < 0)\n\t\treturn ret;\n';
const USE = '\tfor (i = 0; i < ret; i++)\n\t\tput_page(pages[i]);\n';
const BARE = '\tget_user_pages_fast(addr, nr, FOLL_WRITE, pages);\n';
/** A small function that is right, for shapes whose bulk stands beside it. */
const BESIDE = body(`${TAKE}${USE}`, 'static int beside(unsigned long addr, int nr, struct page **pages)');

/** `#if` groups. */
const CONDITIONS: Readonly<Record<string, Shape>> = {
	'if: one word in each arm, in a row': (n) =>
		body(
			many(
				n,
				(i) =>
					`#ifdef CONFIG_A${i}\n\tget_user_pages_fast(addr, 1, 0, &page);\n#else\n\tpin_user_pages_fast(addr, 1, 0, &page);\n#endif\n`,
			),
		),
	'if: one arm, in a row': (n) =>
		body(many(n, (i) => `#ifdef CONFIG_A${i}\n\tget_user_pages_fast(addr, 1, 0, &page);\n#endif\n`)),
	'if: the same question again and again': (n) =>
		body(
			many(
				n,
				() =>
					'#ifdef CONFIG_A\n\tget_user_pages_fast(addr, 1, 0, &page);\n#else\n\tpin_user_pages_fast(addr, 1, 0, &page);\n#endif\n',
			),
		),
	'if: nested, a word at each depth': (n) =>
		body(
			`${many(n, (i) => `#ifdef CONFIG_A${i}\n\tget_user_pages_fast(addr, 1, 0, &page);\n`)}${many(n, () => '#endif\n')}`,
		),
	'if: nested in #else, a word at each depth': (n) =>
		body(
			`${many(n, (i) => `#ifdef CONFIG_A${i}\n\tget_user_pages_fast(addr, 1, 0, &page);\n#else\n`)}${many(n, () => '#endif\n')}`,
		),
	'if: #elif chain, a word in each arm': (n) =>
		body(
			`#if defined(CONFIG_A)\n${many(n, (i) => `\tput_page(page);\n#elif defined(CONFIG_A${i})\n\tget_user_pages_fast(addr, 1, 0, &page);\n`)}#endif\n`,
		),
	'if: pairs inside of pairs': (n) =>
		body(
			many(
				Math.ceil(n / 4),
				(i) =>
					`#ifdef CONFIG_A${i}\n#ifdef CONFIG_B${i}\n\tpin_user_page(page);\n#else\n\tput_page(page);\n#endif\n#else\n#ifdef CONFIG_C${i}\n\tget_user_pages_fast(addr, 1, 0, &page);\n#else\n\tunpin_user_page(page);\n#endif\n#endif\n`,
			),
		),
	'if: around functions': (n) =>
		many(
			n,
			(i) =>
				`#ifdef CONFIG_A${i}\nint f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n#else\nint f${i}(unsigned long addr, struct page **pages)\n{\n\treturn pin_user_pages_fast(addr, 1, 0, pages);\n}\n#endif\n`,
		),
	'if: around heads of functions': (n) =>
		many(
			n,
			(i) =>
				`#ifdef CONFIG_A${i}\nint f${i}(unsigned long addr, struct page **pages)\n#else\nint g${i}(unsigned long addr, struct page **pages)\n#endif\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`,
		),
	'if: nested around functions': (n) =>
		`${many(n, (i) => `#ifdef CONFIG_A${i}\nint f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`)}${many(n, () => '#endif\n')}`,
	'if: one in each function': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n#ifdef CONFIG_A\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n#else\n\treturn pin_user_pages_fast(addr, 1, 0, pages);\n#endif\n}\n`,
		),
	'if: empty pairs': (n) => body(`${many(n, (i) => `#ifdef CONFIG_A${i}\n#else\n#endif\n`)}${TAKE}${USE}`),
	'if: empty, nested, whole file': (n) =>
		`${BESIDE}${many(n, (i) => `#ifdef CONFIG_A${i}\n`)}${many(n, () => '#endif\n')}`,
	'if: never closed': (n) => `${BESIDE}${many(n, (i) => `#ifdef CONFIG_A${i}\n`)}${BESIDE}`,
	'if: #else without #if': (n) => `${BESIDE}${many(n, () => '#else\n#endif\n')}${BESIDE}`,
	'if: arms that open and close braces': (n) =>
		body(
			many(
				n,
				(i) =>
					`#ifdef CONFIG_A${i}\n\tif (nr) {\n#else\n\tif (ret) {\n#endif\n\t\tget_user_pages_fast(addr, 1, 0, &page);\n\t}\n`,
			),
		),
	'if: a long condition': (n) => `#if ${many(n, (i) => `defined(CONFIG_A${i}) || `)}0\n${BESIDE}#endif\n`,
	'if: a condition of brackets': (n) => `#if ${'('.repeat(n)}1${')'.repeat(n)}\n${BESIDE}#endif\n`,
	'if: a condition of !': (n) => `#if ${'!'.repeat(n)}1\n${BESIDE}#endif\n`,
	'if: a condition over many lines': (n) =>
		`#if defined(CONFIG_A) ${many(n, (i) => `\\\n\t&& CONFIG_A${i} > ${i} `)}\n${BESIDE}#endif\n`,
	'if: versions': (n) =>
		body(
			many(
				n,
				(i) =>
					`#if LINUX_VERSION_CODE < KERNEL_VERSION(5, ${i % 20}, ${i % 7})\n\tget_user_pages_fast(addr, 1, 0, &page);\n#else\n\tpin_user_pages_fast(addr, 1, 0, &page);\n#endif\n`,
			),
		),
	'if: locks on some arms': (n) =>
		body(
			many(
				n,
				(i) =>
					`#ifdef CONFIG_A${i}\n\tmmap_read_lock(dev->mm);\n\tret = get_user_pages(addr, 1, 0, &page);\n\tmmap_read_unlock(dev->mm);\n#endif\n`,
			),
		),
};

/** Calls of the family in one function. */
const CALLS: Readonly<Record<string, Shape>> = {
	'calls: bare': (n) => body(many(n, () => BARE)),
	'calls: pins, bare': (n) =>
		body(many(n, () => '\tpin_user_pages_fast(addr, nr, FOLL_WRITE | FOLL_LONGTERM, pages);\n')),
	'calls: one result variable': (n) =>
		body(many(n, () => '\tret = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);\n')),
	'calls: one result variable, tested': (n) => body(many(n, () => TAKE)),
	'calls: a result variable each': (n) =>
		body(many(n, (i) => `\tint r${i} = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);\n`)),
	'calls: an array each': (n) =>
		body(many(n, (i) => `\tstruct page *p${i}[4];\n\tret = get_user_pages_fast(addr, 4, FOLL_WRITE, p${i});\n`)),
	'calls: an array each, all released at the end': (n) =>
		body(
			`${many(n, (i) => `\tstruct page *p${i};\n\tif (get_user_pages_fast(addr, 1, FOLL_WRITE, &p${i}) != 1)\n\t\tgoto out${i};\n`)}${many(n, (i) => `\tput_page(p${n - 1 - i});\nout${n - 1 - i}:\n`)}`,
		),
	'calls: elements of an array': (n) =>
		body(many(n, (i) => `\tret = get_user_pages_fast(addr, 1, FOLL_WRITE, &pages[${i}]);\n`)),
	'calls: fields': (n) =>
		body(many(n, (i) => `\tdev->r${i} = pin_user_pages_fast(addr, nr, FOLL_WRITE, dev->pages${i});\n`)),
	'calls: one field': (n) =>
		body(many(n, () => '\tdev->nr = pin_user_pages_fast(addr, nr, FOLL_WRITE, dev->pages);\n')),
	'calls: results in one array': (n) =>
		body(many(n, (i) => `\tdev->nr[${i}] = get_user_pages_fast(addr, nr, FOLL_WRITE, pages);\n`)),
	'calls: take and put': (n) =>
		body(many(n, () => '\tif (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) == 1)\n\t\tput_page(page);\n')),
	'calls: take and put many': (n) => body(many(n, () => `${TAKE}${USE}`)),
	'calls: pin and unpin': (n) =>
		body(
			many(
				n,
				() =>
					'\tret = pin_user_pages_fast(addr, nr, FOLL_WRITE, pages);\n\tif (ret > 0)\n\t\tunpin_user_pages(pages, ret);\n',
			),
		),
	'calls: puts alone': (n) => body(`${TAKE}${many(n, () => '\tput_page(page);\n')}`),
	'calls: puts of what was pinned': (n) =>
		body(`\tret = pin_user_pages_fast(addr, 1, 0, &page);\n${many(n, () => '\tput_page(page);\n')}`),
	'calls: unpins of elements': (n) => body(`${TAKE}${many(n, (i) => `\tunpin_user_page(pages[${i}]);\n`)}`),
	'calls: in arguments': (n) =>
		body(many(n, () => '\tuse(dev, get_user_pages_fast(addr, nr, FOLL_WRITE, pages), i);\n')),
	'calls: in arguments of each other': (n) => {
		const deep = Math.min(n, 90);
		return body(
			many(
				Math.ceil(n / deep),
				() => `\t${'f('.repeat(deep)}get_user_pages_fast(addr, nr, 0, pages)${')'.repeat(deep)};\n`,
			),
		);
	},
	'calls: joined by &&': (n) =>
		body(`\tif (nr${many(n, () => ' &&\n\t    get_user_pages_fast(addr, 1, 0, pages) == 1')})\n\t\tret = 1;\n`),
	'calls: joined by ||': (n) =>
		body(`\tif (nr${many(n, () => ' ||\n\t    get_user_pages_fast(addr, 1, 0, pages) < 0')})\n\t\tret = 1;\n`),
	'calls: joined by +': (n) => body(`\tret = 0${many(n, () => ' +\n\t    get_user_pages_fast(addr, 1, 0, pages)')};\n`),
	'calls: joined by ,': (n) => body(`\tret = 0${many(n, () => ',\n\t    get_user_pages_fast(addr, 1, 0, pages)')};\n`),
	'calls: in a chain of ?:': (n) =>
		body(`\tret = ${many(n, (i) => `nr == ${i} ? get_user_pages_fast(addr, ${i}, 0, pages) :\n\t\t`)}0;\n`),
	'calls: in a tree of ?:': (n) =>
		body(
			many(
				Math.ceil(n / 4),
				(i) =>
					`\tret = nr == ${i} ? i ? get_user_pages_fast(addr, 1, 0, pages) : pin_user_pages_fast(addr, 1, 0, pages) : i ? get_user_pages_fast(addr, 2, 0, pages) : pin_user_pages_fast(addr, 2, 0, pages);\n`,
			),
		),
	'calls: arguments without end': (n) => body(`\tget_user_pages_fast(addr${many(n, (i) => `, a${i}`)});\n`),
	'calls: flags of many bits': (n) =>
		body(`\tret = get_user_pages_fast(addr, nr, FOLL_WRITE${many(n, (i) => ` | FOLL_A${i}`)}, pages);\n`),
	'calls: flags set one after the other': (n) =>
		body(
			`\tunsigned int flags = 0;\n${many(n, (i) => `\tif (dev->f${i})\n\t\tflags |= FOLL_A${i};\n`)}\tret = get_user_pages_fast(addr, nr, flags, pages);\n`,
		),
	'calls: flags through many variables': (n) =>
		body(
			`\tunsigned int f0 = FOLL_WRITE;\n${many(n, (i) => `\tunsigned int f${i + 1} = f${i} | FOLL_FORCE;\n`)}\tret = get_user_pages_fast(addr, nr, f${n}, pages);\n`,
		),
	'calls: flags through variables, backwards': (n) =>
		body(
			`\tunsigned int ${many(n, (i) => `f${i}, `)}f${n};\n\tf${n} = FOLL_WRITE;\n${many(n, (i) => `\tf${i} = f${i + 1};\n`)}\tret = get_user_pages_fast(addr, nr, f0, pages);\n`,
		),
	'calls: flags set and cleared': (n) =>
		body(
			`\tunsigned int flags = 0;\n${many(n, (i) => `\tflags ${i % 2 ? '&= ~' : '|= '}FOLL_A${i % 50};\n`)}\tret = get_user_pages_fast(addr, nr, flags, pages);\n`,
		),
	'calls: unknown functions with the pages': (n) => body(`${TAKE}${many(n, (i) => `\tunknown${i}(pages, ret);\n`)}`),
	'calls: one unknown function with the pages': (n) => body(`${TAKE}${many(n, () => '\tunknown(pages, ret);\n')}`),
	'calls: unknown functions with an address': (n) =>
		body(`${TAKE}${many(n, (i) => `\tunknown${i}(&ret, &page, &dev->field${i});\n`)}`),
	'calls: page_to_phys': (n) =>
		body(`${TAKE}${many(n, (i) => `\tdev->addr[${i}] = page_to_phys(pages[${i}]);\n`)}${USE}`),
	'calls: kmap and copies': (n) =>
		body(`${TAKE}${many(n, (i) => `\tmemcpy(dev->buf${i}, kmap_local_page(pages[i]), nr);\n`)}${USE}`),
	'calls: locks around each': (n) =>
		body(
			many(
				n,
				() =>
					'\tmmap_read_lock(dev->mm);\n\tret = get_user_pages(addr, nr, FOLL_WRITE, pages);\n\tmmap_read_unlock(dev->mm);\n',
			),
		),
	'calls: spinlocks around each': (n) =>
		body(
			many(
				n,
				(i) =>
					`\tspin_lock(&dev->lock${i});\n\tunpin_user_pages_dirty_lock(pages, nr, true);\n\tspin_unlock(&dev->lock${i});\n`,
			),
		),
	'calls: spinlocks that stay': (n) =>
		body(
			`${many(n, (i) => `\tspin_lock(&dev->lock${i});\n`)}\tunpin_user_pages_dirty_lock(pages, nr, true);\n${many(n, (i) => `\tspin_unlock(&dev->lock${i});\n`)}`,
		),
	'calls: spinlocks on some paths': (n) =>
		body(
			`${many(n, (i) => `\tif (dev->a${i})\n\t\tspin_lock(&dev->lock${i});\n`)}\tunpin_user_pages_dirty_lock(pages, nr, true);\n`,
		),
	'calls: guards': (n) =>
		body(
			many(
				n,
				(i) =>
					`\tscoped_guard(spinlock, &dev->lock${i})\n\t\tunpin_user_pages_dirty_lock(pages, nr, true);\n\tguard(mutex)(&dev->lock${i});\n`,
			),
		),
	'calls: set_page_dirty': (n) => body(`${TAKE}${many(n, (i) => `\tset_page_dirty(pages[${i}]);\n`)}${USE}`),
	'calls: lock_page and set_page_dirty': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tlock_page(pages[${i}]);\n\tset_page_dirty(pages[${i}]);\n\tunlock_page(pages[${i}]);\n`)}${USE}`,
		),
	'calls: iterators': (n) =>
		body(many(n, (i) => `\tret = iov_iter_get_pages2(dev->iter${i}, pages, nr, 16, &dev->off);\n`)),
	'calls: extractions': (n) =>
		body(
			many(
				n,
				() =>
					'\tret = iov_iter_extract_pages(dev->iter, &pages, nr, 16, 0, &dev->off);\n\tif (iov_iter_extract_will_pin(dev->iter))\n\t\tunpin_user_pages(pages, nr);\n',
			),
		),
	'calls: iterators made anew': (n) =>
		body(
			many(
				n,
				(i) =>
					`\tiov_iter_bvec(&dev->iter, 0, dev->bv, ${i}, nr);\n\tret = iov_iter_get_pages2(&dev->iter, pages, nr, 16, &dev->off);\n`,
			),
		),
	'calls: will_pin asked late': (n) =>
		body(
			`${many(n, (i) => `\tret = iov_iter_extract_pages(dev->i${i}, &pages, nr, 16, 0, &dev->off);\n\tiov_iter_kvec(dev->i${i}, 0, dev->kv, 1, nr);\n`)}${many(n, (i) => `\tif (iov_iter_extract_will_pin(dev->i${i}))\n\t\tunpin_user_pages(pages, nr);\n`)}`,
		),
	'calls: old prototypes': (n) =>
		body(many(n, () => '\tret = get_user_pages(current, current->mm, addr, nr, 1, 0, pages, NULL);\n')),
	'calls: through macros that look like statements': (n) =>
		body(many(n, (i) => `\tTRY${i}(get_user_pages_fast(addr, nr, 0, pages))\n`)),
	'calls: asserted': (n) => body(`${TAKE}${many(n, (i) => `\tBUG_ON(ret < ${i});\n`)}${USE}`),
	'calls: printed': (n) => body(`${TAKE}${many(n, (i) => `\tpr_debug("%d of %d: %p\\n", ret, ${i}, pages);\n`)}${USE}`),
};

/** Functions of a file and how they call each other. */
const FUNCTIONS: Readonly<Record<string, Shape>> = {
	'functions: apart': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`,
		),
	'functions: apart, with paths': (n) =>
		many(n, (i) => body(`${TAKE}${USE}`, `static int f${i}(unsigned long addr, int nr, struct page **pages)`)),
	'functions: each calls the next': (n) =>
		`${many(n, (i) => `static int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn f${i + 1}(addr, pages);\n}\n`)}static int f${n}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`,
	'functions: each calls the one before': (n) =>
		`static int f0(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n${many(n, (i) => `static int f${i + 1}(unsigned long addr, struct page **pages)\n{\n\treturn f${i}(addr, pages);\n}\n`)}`,
	'functions: each takes and calls the next': (n) =>
		`${many(n, (i) => `static int f${i}(unsigned long addr, struct page **pages)\n{\n\tget_user_pages_fast(addr, 1, 0, pages);\n\treturn f${i + 1}(addr, pages);\n}\n`)}static int f${n}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`,
	'functions: each calls the next two': (n) =>
		many(
			n,
			(i) =>
				`static int f${i}(unsigned long addr, struct page **pages)\n{\n\tget_user_pages_fast(addr, 1, 0, pages);\n\tf${i + 1}(addr, pages);\n\treturn f${i + 2}(addr, pages);\n}\n`,
		),
	'functions: all call one helper': (n) =>
		`static int helper(unsigned long addr, struct page **pages, unsigned int flags)\n{\n\treturn get_user_pages_fast(addr, 1, flags, pages);\n}\n${many(n, (i) => `int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn helper(addr, pages, FOLL_WRITE);\n}\n`)}`,
	'functions: all call one helper with other flags': (n) =>
		`static int helper(unsigned long addr, struct page **pages, unsigned int flags)\n{\n\treturn get_user_pages_fast(addr, 1, flags, pages);\n}\n${many(n, (i) => `int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn helper(addr, pages, FOLL_A${i});\n}\n`)}`,
	'functions: all call one helper that releases': (n) =>
		`static void drop(struct page **pages, int nr)\n{\n\tunpin_user_pages(pages, nr);\n}\n${many(n, (i) => `int f${i}(unsigned long addr, struct page **pages)\n{\n\tint ret = get_user_pages_fast(addr, 4, 0, pages);\n\tif (ret > 0)\n\t\tdrop(pages, ret);\n\treturn 0;\n}\n`)}`,
	'functions: one calls all': (n) =>
		`${many(n, (i) => `static int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`)}${body(many(n, (i) => `\tf${i}(addr, pages);\n`))}`,
	'functions: one calls all and keeps results': (n) =>
		`${many(n, (i) => `static int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`)}${body(many(n, (i) => `\tret = f${i}(addr, pages);\n\tif (ret < 0)\n\t\treturn ret;\n`))}`,
	'functions: one helper called often by one': (n) =>
		`static int helper(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n${body(many(n, () => '\tret = helper(addr, pages);\n\tif (ret < 0)\n\t\treturn ret;\n'))}`,
	'functions: in a circle': (n) =>
		many(
			n,
			(i) =>
				`static int f${i}(unsigned long addr, struct page **pages)\n{\n\tget_user_pages_fast(addr, 1, 0, pages);\n\treturn f${(i + 1) % n}(addr, pages);\n}\n`,
		),
	'functions: pairs that call each other': (n) =>
		many(
			n,
			(i) =>
				`static int f${i}(unsigned long addr, struct page **pages)\n{\n\tget_user_pages_fast(addr, 1, 0, pages);\n\treturn f${i ^ 1}(addr, pages);\n}\n`,
		),
	'functions: each calls all of a few': (n) =>
		`${many(8, (i) => `static int h${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`)}${many(n, (j) => `int f${j}(unsigned long addr, struct page **pages)\n{\n${many(8, (i) => `\th${i}(addr, pages);\n`)}\treturn 0;\n}\n`)}`,
	'functions: of one name': (n) =>
		many(
			n,
			() => 'int f(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n',
		),
	'functions: of one name that call it': (n) =>
		many(
			n,
			() =>
				'int f(unsigned long addr, struct page **pages)\n{\n\tget_user_pages_fast(addr, 1, 0, pages);\n\treturn f(addr, pages);\n}\n',
		),
	'functions: callbacks in a table': (n) =>
		`${many(n, (i) => `static int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`)}static const struct ops ops = {\n${many(n, (i) => `\t.op${i} = f${i},\n`)}};\n`,
	'functions: callbacks as arguments': (n) =>
		`${many(n, (i) => `static int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`)}${body(many(n, (i) => `\tregister_it(dev, f${i});\n`))}`,
	'functions: exported': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\nEXPORT_SYMBOL_GPL(f${i});\n`,
		),
	'functions: taken under a lock by callers': (n) =>
		`static int helper(struct mm_struct *mm, unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages(addr, 1, 0, pages);\n}\n${many(n, (i) => `static int f${i}(struct mm_struct *mm, unsigned long addr, struct page **pages)\n{\n\tint ret;\n\n\tmmap_read_lock(mm);\n\tret = helper(mm, addr, pages);\n\tmmap_read_unlock(mm);\n\treturn ret;\n}\n`)}`,
	'functions: a field of one struct in each': (n) =>
		`struct buf {\n\tstruct page **pages;\n\tint nr;\n};\n${many(n, (i) => `static int take${i}(struct buf *buf, unsigned long addr)\n{\n\tbuf->nr = pin_user_pages_fast(addr, 4, FOLL_WRITE, buf->pages);\n\treturn 0;\n}\nstatic void drop${i}(struct buf *buf)\n{\n\tunpin_user_pages(buf->pages, buf->nr);\n}\n`)}`,
	'functions: a field of its own struct in each': (n) =>
		many(
			n,
			(i) =>
				`struct buf${i} {\n\tstruct page **pages;\n\tint nr;\n};\nstatic int take${i}(struct buf${i} *buf, unsigned long addr)\n{\n\tbuf->nr = pin_user_pages_fast(addr, 4, FOLL_WRITE, buf->pages);\n\treturn 0;\n}\nstatic void drop${i}(struct buf${i} *buf)\n{\n\tunpin_user_pages(buf->pages, buf->nr);\n}\n`,
		),
	'functions: get and put of a field in each': (n) =>
		`struct buf {\n\tstruct page **pages;\n\tint nr;\n};\n${many(n, (i) => `static int take${i}(struct buf *buf, unsigned long addr)\n{\n\tbuf->nr = get_user_pages_fast(addr, 4, FOLL_WRITE, buf->pages);\n\tbuf->addr = vmap(buf->pages, 4, VM_MAP, PAGE_KERNEL);\n\treturn 0;\n}\nstatic void drop${i}(struct buf *buf)\n{\n\tint i;\n\n\tfor (i = 0; i < buf->nr; i++)\n\t\tput_page(buf->pages[i]);\n}\n`)}`,
	'functions: without the family': (n) =>
		`${BESIDE}${many(n, (i) => `static int f${i}(int a)\n{\n\treturn a + ${i};\n}\n`)}`,
	'functions: system calls': (n) =>
		many(
			n,
			(i) =>
				`SYSCALL_DEFINE2(f${i}, unsigned long, addr, struct page **, pages)\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`,
		),
	'functions: many parameters': (n) =>
		`int f(${many(n, (i) => `struct page **p${i}, `)}unsigned long addr)\n{\n\treturn get_user_pages_fast(addr, 1, 0, p0);\n}\n`,
	'functions: many parameters, all used': (n) =>
		`int f(${many(n, (i) => `struct page **p${i}, `)}unsigned long addr)\n{\n${many(n, (i) => `\tget_user_pages_fast(addr, 1, 0, p${i});\n`)}\treturn 0;\n}\n`,
	'functions: a chain that hands flags down': (n) =>
		`static int f0(unsigned long addr, struct page **pages, unsigned int flags)\n{\n\treturn get_user_pages_fast(addr, 1, flags, pages);\n}\n${many(n, (i) => `static int f${i + 1}(unsigned long addr, struct page **pages, unsigned int flags)\n{\n\treturn f${i}(addr, pages, flags | FOLL_A${i});\n}\n`)}`,
	'functions: pages handed down and used': (n) =>
		`static void u${n}(struct page **pages)\n{\n\tkmap(pages[0]);\n}\n${many(n, (i) => `static void u${n - 1 - i}(struct page **pages)\n{\n\tu${n - i}(pages);\n\tset_page_dirty(pages[0]);\n}\n`)}${body(`${TAKE}\tu0(pages);\n${USE}`)}`,
	'functions: pages handed to many': (n) =>
		`${many(n, (i) => `static void u${i}(struct page **pages)\n{\n\tdma_map_page(dev, pages[0], 0, 1, 2);\n}\n`)}${body(`${TAKE}${many(n, (i) => `\tu${i}(pages);\n`)}${USE}`)}`,
};

/** Control flow within one function. */
const FLOW: Readonly<Record<string, Shape>> = {
	'flow: switch arms': (n) =>
		body(`${TAKE}\tswitch (nr) {\n${many(n, (i) => `\tcase ${i}:\n\t\tuse${i}(dev);\n\t\tbreak;\n`)}\t}\n${USE}`),
	'flow: switch arms that take': (n) =>
		body(
			`\tswitch (nr) {\n${many(n, (i) => `\tcase ${i}:\n\t\tret = get_user_pages_fast(addr, ${i}, 0, pages);\n\t\tbreak;\n`)}\t}\n`,
		),
	'flow: switch arms that take and put': (n) =>
		body(
			`\tswitch (nr) {\n${many(n, (i) => `\tcase ${i}:\n\t\tif (get_user_pages_fast(addr, 1, 0, &page) == 1)\n\t\t\tput_page(page);\n\t\tbreak;\n`)}\t}\n`,
		),
	'flow: switch arms that fall through': (n) =>
		body(`\tswitch (nr) {\n${many(n, (i) => `\tcase ${i}:\n\t\tget_user_pages_fast(addr, ${i}, 0, pages);\n`)}\t}\n`),
	'flow: switch arms that return': (n) =>
		body(`${TAKE}\tswitch (nr) {\n${many(n, (i) => `\tcase ${i}:\n\t\treturn ${i};\n`)}\t}\n${USE}`),
	'flow: switch on a call': (n) =>
		body(
			`\tswitch (get_user_pages_fast(addr, nr, 0, pages)) {\n${many(n, (i) => `\tcase ${i}:\n\t\tput_page(pages[${i}]);\n\t\tbreak;\n`)}\t}\n`,
		),
	'flow: many labels of one arm': (n) =>
		body(`${TAKE}\tswitch (nr) {\n${many(n, (i) => `\tcase ${i}:\n`)}\t\tbreak;\n\t}\n${USE}`),
	'flow: switches in a row': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tswitch (dev->f${i}) {\n\tcase 1:\n\t\tret = 1;\n\t\tbreak;\n\tdefault:\n\t\tret = 2;\n\t}\n`)}`,
		),
	'flow: nested switches': (n) => {
		const deep = Math.min(n, 60);
		return many(Math.ceil(n / deep), (k) =>
			body(
				`${TAKE}${many(deep, (i) => `switch (dev->f${i}) { case ${i}: `)}break;${'}'.repeat(deep)}\n${USE}`,
				`int f${k}(unsigned long addr, int nr, struct page **pages)`,
			),
		);
	},
	'flow: if ladder': (n) =>
		body(`${TAKE}\tif (nr < 0)\n\t\tret = 1;\n${many(n, (i) => `\telse if (nr == ${i})\n\t\tuse${i}(dev);\n`)}${USE}`),
	'flow: if ladder that takes': (n) =>
		body(
			`\tif (nr < 0)\n\t\tret = 1;\n${many(n, (i) => `\telse if (nr == ${i})\n\t\tret = get_user_pages_fast(addr, ${i}, 0, pages);\n`)}`,
		),
	'flow: ifs in a row': (n) => body(`${TAKE}${many(n, (i) => `\tif (dev->f${i})\n\t\tuse(dev);\n`)}${USE}`),
	'flow: ifs in a row on locals': (n) =>
		body(
			`\tint ${many(n, (i) => `a${i} = dev->f${i}, `)}z;\n${TAKE}${many(n, (i) => `\tif (a${i})\n\t\tz = ${i};\n`)}${USE}`,
		),
	'flow: ifs that return': (n) => body(`${TAKE}${many(n, (i) => `\tif (dev->f${i})\n\t\treturn -EINVAL;\n`)}${USE}`),
	'flow: ifs that put': (n) => body(`${TAKE}${many(n, (i) => `\tif (dev->f${i})\n\t\tput_page(pages[${i}]);\n`)}`),
	'flow: ifs that take': (n) =>
		body(many(n, (i) => `\tif (dev->f${i})\n\t\tget_user_pages_fast(addr, 1, 0, &dev->page${i});\n`)),
	'flow: ifs that take into locals': (n) =>
		body(
			`\tstruct page ${many(n, (i) => `*p${i}, `)}*z;\n${many(n, (i) => `\tif (dev->f${i})\n\t\tget_user_pages_fast(addr, 1, 0, &p${i});\n`)}`,
		),
	'flow: nested ifs': (n) => {
		const deep = Math.min(n, 90);
		return many(Math.ceil(n / deep), (k) =>
			body(
				`${TAKE}${many(deep, (i) => `if (dev->f${i}) { `)}use(dev);${'}'.repeat(deep)}\n${USE}`,
				`int f${k}(unsigned long addr, int nr, struct page **pages)`,
			),
		);
	},
	'flow: gotos to one label': (n) => body(`${TAKE}${many(n, (i) => `\tif (dev->f${i})\n\t\tgoto out;\n`)}out:\n${USE}`),
	'flow: gotos forward, a label each': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tif (dev->f${i})\n\t\tgoto l${i};\n`)}${many(n, (i) => `l${i}:\n\tuse${i}(dev);\n`)}${USE}`,
		),
	'flow: gotos to error labels': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tif (init${i}(dev))\n\t\tgoto err${i};\n`)}\treturn 0;\n${many(n, (i) => `err${n - 1 - i}:\n\tundo${n - 1 - i}(dev);\n`)}${USE}`,
		),
	'flow: gotos backward': (n) =>
		body(
			`${TAKE}${many(n, (i) => `l${i}:\n\tuse${i}(dev);\n`)}${many(n, (i) => `\tif (dev->f${i})\n\t\tgoto l${i};\n`)}${USE}`,
		),
	'flow: gotos backward, next to each': (n) =>
		body(`${TAKE}${many(n, (i) => `l${i}:\n\tuse${i}(dev);\n\tif (dev->f${i})\n\t\tgoto l${i};\n`)}${USE}`),
	'flow: gotos into loops': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tif (dev->f${i})\n\t\tgoto l${(i * 7 + 3) % n};\n\twhile (dev->g${i}) {\nl${i}:\n\t\tuse${i}(dev);\n\t}\n`)}${USE}`,
		),
	'flow: gotos everywhere': (n) =>
		body(
			`${TAKE}${many(n, (i) => `l${i}:\n\tret = get_user_pages_fast(addr, 1, 0, &pages[${i}]);\n\tif (dev->f${i})\n\t\tgoto l${(i * 31 + 17) % n};\n\tif (dev->g${i})\n\t\tgoto l${(i * 57 + 5) % n};\n`)}${USE}`,
		),
	'flow: labels alone': (n) => body(`${TAKE}${many(n, (i) => `l${i}:\n`)}${USE}`),
	'flow: gotos alone': (n) => body(`${TAKE}${many(n, (i) => `\tgoto l${i};\n`)}${USE}`),
	'flow: loops in a row': (n) =>
		body(`${TAKE}${many(n, () => '\tfor (i = 0; i < ret; i++)\n\t\tuse(pages[i]);\n')}${USE}`),
	'flow: loops in a row that put': (n) => body(`${TAKE}${many(n, () => USE)}`),
	'flow: loops in a row that take': (n) =>
		body(many(n, () => '\tfor (i = 0; i < nr; i++)\n\t\tget_user_pages_fast(addr, 1, 0, &pages[i]);\n')),
	'flow: loops in a row that take and put': (n) =>
		body(
			many(
				n,
				() =>
					'\tfor (i = 0; i < nr; i++) {\n\t\tif (get_user_pages_fast(addr, 1, 0, &page) != 1)\n\t\t\tbreak;\n\t\tput_page(page);\n\t}\n',
			),
		),
	'flow: nested loops': (n) => {
		const deep = Math.min(n, 60);
		return many(Math.ceil(n / deep), (k) =>
			body(
				`${TAKE}${many(deep, (i) => `\tfor (i = 0; i < dev->n${i}; i++) {\n`)}\tuse(pages[i]);\n${many(deep, () => '\t}\n')}${USE}`,
				`int f${k}(unsigned long addr, int nr, struct page **pages)`,
			),
		);
	},
	'flow: nested loops that take': (n) => {
		const deep = Math.min(n, 60);
		return many(Math.ceil(n / deep), (k) =>
			body(
				`${many(deep, (i) => `\twhile (dev->n${i}) {\n\t\tget_user_pages_fast(addr, 1, 0, &pages[${i}]);\n`)}\tuse(pages[i]);\n${many(deep, (i) => `\t\tput_page(pages[${i}]);\n\t}\n`)}`,
				`int f${k}(unsigned long addr, int nr, struct page **pages)`,
			),
		);
	},
	'flow: nested loops over everything': (n) =>
		body(
			`${many(60, (i) => `\twhile (dev->n${i}) {\n`)}${many(n, (i) => `\tget_user_pages_fast(addr, 1, 0, &pages[${i}]);\n`)}${many(60, () => '\t}\n')}`,
		),
	'flow: loops of macros': (n) =>
		body(`${TAKE}${many(n, (i) => `\tlist_for_each_entry(dev, &head${i}, list)\n\t\tuse(dev);\n`)}${USE}`),
	'flow: one loop with much in it': (n) =>
		body(
			`\twhile (nr) {\n${many(n, (i) => `\t\tif (dev->f${i})\n\t\t\tcontinue;\n\t\tif (dev->g${i})\n\t\t\tbreak;\n`)}\t\tget_user_pages_fast(addr, 1, 0, &page);\n\t}\n`,
		),
	'flow: one loop with assignments': (n) =>
		body(
			`\tint ${many(n, (i) => `a${i} = 0, `)}z;\n\twhile (nr) {\n${many(n, (i) => `\t\ta${i} = a${(i + 1) % n};\n`)}\t\tget_user_pages_fast(addr, 1, a0, &page);\n\t}\n`,
		),
	'flow: do while (0) in a row': (n) =>
		body(`${TAKE}${many(n, () => '\tdo {\n\t\tuse(dev);\n\t} while (0);\n')}${USE}`),
	'flow: braces in a row': (n) => body(`${TAKE}${many(n, (i) => `\t{ int a${i} = ${i}; use(a${i}); }\n`)}${USE}`),
	'flow: nested braces': (n) => `${BESIDE}${body(`${'{'.repeat(n)}${BARE}${'}'.repeat(n)}`)}`,
	'flow: returns': (n) => body(`${TAKE}${many(n, () => '\treturn ret;\n')}`),
	'flow: statements of one name': (n) => body(`${TAKE}${many(n, () => '\tret;\n')}${USE}`),
	'flow: empty statements': (n) => body(`${TAKE}${';'.repeat(n)}\n${USE}`),
	'flow: one variable counted up': (n) => body(`${TAKE}${many(n, () => '\tret++;\n')}${USE}`),
	'flow: flags of bits tested and set': (n) =>
		body(`${TAKE}${many(n, (i) => `\tif (dev->state & BIT_${i})\n\t\tdev->state |= BIT_${(i + 1) % n};\n`)}${USE}`),
	'flow: answers kept in booleans': (n) =>
		body(
			`\tbool ${many(n, (i) => `b${i}, `)}z;\n${TAKE}${many(n, (i) => `\tb${i} = ret < ${i};\n`)}${many(n, (i) => `\tif (b${i})\n\t\tuse(dev);\n`)}${USE}`,
		),
	'flow: constants in one variable': (n) =>
		body(`${many(n, (i) => `\tif (dev->f${i})\n\t\ti = ${i};\n`)}${TAKE}${USE}`),
	'flow: statement expressions': (n) =>
		body(`${TAKE}${many(n, (i) => `\tret = ({ int a${i} = ret; a${i} + 1; });\n`)}${USE}`),
	'flow: case ranges': (n) =>
		body(
			`${TAKE}\tswitch (nr) {\n${many(n, (i) => `\tcase ${2 * i} ... ${2 * i + 1}:\n\t\tuse(dev);\n\t\tbreak;\n`)}\t}\n${USE}`,
		),
	'flow: asm goto': (n) =>
		body(`${TAKE}${many(n, (i) => `\tasm volatile goto("nop" : : "r" (nr) : "memory" : l${i});\nl${i}:\n`)}${USE}`),
};

/** Expressions. */
const EXPRESSIONS: Readonly<Record<string, Shape>> = {
	'expressions: || chain': (n) =>
		body(`${TAKE}\tif (nr${many(n, (i) => ` ||\n\t    nr == ${i}`)})\n\t\tgoto out;\nout:\n${USE}`),
	'expressions: && chain': (n) =>
		body(`${TAKE}\tif (nr${many(n, (i) => ` &&\n\t    dev->f${i}`)})\n\t\tgoto out;\nout:\n${USE}`),
	'expressions: || of &&': (n) =>
		body(`${TAKE}\tif (nr${many(n, (i) => ` ||\n\t    (dev->f${i} && dev->g${i})`)})\n\t\tgoto out;\nout:\n${USE}`),
	'expressions: && of ||': (n) =>
		body(`${TAKE}\tif (nr${many(n, (i) => ` &&\n\t    (dev->f${i} || dev->g${i})`)})\n\t\tgoto out;\nout:\n${USE}`),
	'expressions: negated || of &&': (n) =>
		body(
			`${TAKE}\tif (!(nr${many(n, (i) => ` ||\n\t    !(dev->f${i} && !dev->g${i})`)}))\n\t\tgoto out;\nout:\n${USE}`,
		),
	'expressions: || chain as a value': (n) =>
		body(`${TAKE}\tret = nr${many(n, (i) => ` ||\n\t    nr == ${i}`)};\n${USE}`),
	'expressions: alternating && and || as a value': (n) =>
		body(`${TAKE}\tret = nr${many(n, (i) => (i % 2 ? ` ||\n\t    a${i}` : ` &&\n\t    b${i}`))};\n${USE}`),
	'expressions: sum': (n) => body(`${TAKE}\tret = 0${many(n, (i) => ` +\n\t    dev->f${i}`)};\n${USE}`),
	'expressions: sum of the result': (n) => body(`${TAKE}\ti = 0${many(n, () => ' +\n\t    ret')};\n${USE}`),
	'expressions: string of -': (n) =>
		body(`${TAKE}\ti = ${'- '.repeat(Math.min(n, 400))}ret;\n${many(n, () => '\ti = - - -ret;\n')}${USE}`),
	'expressions: string of *': (n) => body(`${TAKE}\ti = ${'*'.repeat(n)}pages;\n${USE}`),
	'expressions: string of !': (n) => body(`${TAKE}\tif (${'!'.repeat(n)}ret)\n\t\treturn 0;\n${USE}`),
	'expressions: brackets': (n) => `${BESIDE}${body(`${TAKE}\ti = ${'('.repeat(n)}ret${')'.repeat(n)};\n${USE}`)}`,
	'expressions: brackets, not too deep': (n) =>
		body(`${TAKE}${many(Math.ceil(n / 100), () => `\ti = ${'('.repeat(100)}ret${')'.repeat(100)};\n`)}${USE}`),
	'expressions: casts': (n) => body(`${TAKE}\ti = ${'(long)'.repeat(n)}ret;\n${USE}`),
	'expressions: casts, not too deep': (n) =>
		body(`${TAKE}${many(Math.ceil(n / 100), () => `\ti = ${'(long)'.repeat(100)}ret;\n`)}${USE}`),
	'expressions: casts of pointers': (n) =>
		body(`${TAKE}${many(n, () => '\tdev->p = (struct page **)(void *)(u64)&pages[0];\n')}${USE}`),
	'expressions: fields of fields': (n) =>
		body(
			`${TAKE}\ti = dev${many(Math.min(n, 400), (i) => `->f${i}`)};\n${many(n, () => '\ti = dev->a->b->c->d->e->f->g;\n')}${USE}`,
		),
	'expressions: fields of fields without end': (n) => body(`${TAKE}\ti = dev${many(n, (i) => `->f${i}`)};\n${USE}`),
	'expressions: indices': (n) => body(`${TAKE}\ti = dev${many(n, (i) => `[${i}]`)};\n${USE}`),
	'expressions: ?: chain': (n) => body(`${TAKE}\ti = ${many(n, (i) => `nr == ${i} ? ${i} :\n\t`)}0;\n${USE}`),
	'expressions: ?: in a row': (n) => body(`${TAKE}${many(n, (i) => `\ti = dev->f${i} ? ret : ${i};\n`)}${USE}`),
	'expressions: ?: in arguments': (n) =>
		body(
			`${TAKE}\tuse(dev${many(Math.min(n, 12), (i) => `, dev->f${i} ? ret : ${i}`)});\n${many(n, (i) => `\tuse(dev->f${i} ? ret : ${i});\n`)}${USE}`,
		),
	'expressions: ?: in one argument list': (n) =>
		body(`${TAKE}\tuse(dev${many(n, (i) => `, dev->f${i} ? ret : ${i}`)});\n${USE}`),
	'expressions: && in one argument list': (n) =>
		body(`${TAKE}\tuse(dev${many(n, (i) => `, dev->f${i} && dev->g${i}`)});\n${USE}`),
	'expressions: sums of ?:': (n) => body(`${TAKE}\ti = 0${many(n, (i) => ` + (dev->f${i} ? ret : ${i})`)};\n${USE}`),
	'expressions: ?: of GNU': (n) => body(`${TAKE}\ti = ${many(n, (i) => `dev->f${i} ?: `)}0;\n${USE}`),
	'expressions: assignments in a row': (n) => body(`${TAKE}\t${many(n, (i) => `dev->f${i} = `)}ret;\n${USE}`),
	'expressions: assignments of pages in a row': (n) =>
		body(`${TAKE}\t${many(n, (i) => `dev->f${i} = `)}pages;\n${USE}`),
	'expressions: commas': (n) => body(`${TAKE}\t${many(n, (i) => `a${i} = ret, `)}ret;\n${USE}`),
	'expressions: sizeof': (n) => body(`${TAKE}\ti = 0${many(n, () => ' + sizeof(struct page *)')};\n${USE}`),
	'expressions: calls of calls': (n) => body(`${TAKE}\ti = f${'()'.repeat(n)};\n${USE}`),
	'expressions: calls in arguments, not too deep': (n) =>
		body(`${TAKE}${many(Math.ceil(n / 90), () => `\ti = ${'f(1, '.repeat(90)}ret${')'.repeat(90)};\n`)}${USE}`),
	'expressions: long numbers': (n) => body(`${TAKE}\ti = ${'9'.repeat(n)};\n${USE}`),
	'expressions: numbers with signs': (n) => body(`${TAKE}\ti = 1${'e+'.repeat(n)};\n${USE}`),
	'expressions: a long name': (n) => body(`${TAKE}\ti = ${'a'.repeat(n)};\n${USE}`),
	'expressions: a long place': (n) => body(`\tret = get_user_pages_fast(addr, nr, 0, ${'a'.repeat(n)});\n`),
	'expressions: container_of': (n) =>
		body(`${TAKE}${many(n, (i) => `\tdev = container_of(dev, struct dev, m${i});\n`)}${USE}`),
	'expressions: likely': (n) =>
		body(
			`${TAKE}\tif (${'likely('.repeat(Math.min(n, 90))}ret${')'.repeat(Math.min(n, 90))})\n\t\ti = 1;\n${many(n, () => '\tif (unlikely(likely(!!(ret))))\n\t\ti = 1;\n')}${USE}`,
		),
};

/** Variables, structs, initialisers. */
const DATA: Readonly<Record<string, Shape>> = {
	'data: locals': (n) => body(`${many(n, (i) => `\tint a${i};\n`)}${TAKE}${USE}`),
	'data: locals, initialised': (n) => body(`${many(n, (i) => `\tint a${i} = ${i};\n`)}${TAKE}${USE}`),
	'data: locals, assigned after taking': (n) => body(`${TAKE}${many(n, (i) => `\tint a${i} = ${i};\n`)}${USE}`),
	'data: locals in one declaration': (n) => body(`\tint ${many(n, (i) => `a${i}, `)}z;\n${TAKE}${USE}`),
	'data: locals of one name': (n) =>
		body(`${TAKE}${many(n, () => '\t{ struct page *page = pages[0]; put_page(page); }\n')}`),
	'data: aliases in a chain': (n) =>
		body(
			`${TAKE}\tstruct page **a0 = pages;\n${many(n, (i) => `\tstruct page **a${i + 1} = a${i};\n`)}\tput_page(a${n}[0]);\n`,
		),
	'data: aliases of one': (n) => body(`${TAKE}${many(n, (i) => `\tstruct page **a${i} = pages;\n`)}${USE}`),
	'data: aliases of elements': (n) =>
		body(`${TAKE}${many(n, (i) => `\tstruct page *a${i} = pages[${i}];\n`)}${many(n, (i) => `\tput_page(a${i});\n`)}`),
	'data: pointers to fields': (n) =>
		body(`${many(n, (i) => `\tstruct f *a${i} = &dev->f${i};\n`)}${TAKE}${many(n, (i) => `\tuse(a${i}->x);\n`)}${USE}`),
	'data: objects in objects': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tstruct dev *d${i} = ${i ? `d${i - 1}` : 'dev'}->next;\n`)}\td${n - 1}->pages = pages;\n`,
		),
	'data: the result copied around': (n) =>
		body(
			`${TAKE}\tint a0 = ret;\n${many(n, (i) => `\tint a${i + 1} = a${i};\n`)}\tif (a${n} < 0)\n\t\treturn 0;\n${USE}`,
		),
	'data: the result copied to many': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tint a${i} = ret;\n`)}${many(n, (i) => `\tif (a${i} < ${i})\n\t\tuse(dev);\n`)}${USE}`,
		),
	'data: addresses copied to many': (n) =>
		body(
			`${TAKE}${many(n, (i) => `\tvoid *a${i} = page_address(pages[${i}]);\n`)}${many(n, (i) => `\tmemcpy(a${i}, dev, 1);\n`)}${USE}`,
		),
	'data: swapped around': (n) =>
		body(`${TAKE}${many(n, (i) => `\tdev->a${i} = dev->a${i + 1};\n\tdev->a${i + 1} = pages;\n`)}`),
	'data: fields of a struct': (n) =>
		`struct big {\n${many(n, (i) => `\tstruct page **pages${i};\n`)}};\nint f(struct big *big, unsigned long addr)\n{\n\treturn get_user_pages_fast(addr, 1, 0, big->pages0);\n}\n`,
	'data: fields of a struct, all taken into': (n) =>
		`struct big {\n${many(n, (i) => `\tstruct page **pages${i};\n`)}};\nint f(struct big *big, unsigned long addr)\n{\n${many(n, (i) => `\tpin_user_pages_fast(addr, 1, 0, big->pages${i});\n`)}\treturn 0;\n}\nvoid g(struct big *big)\n{\n${many(n, (i) => `\tput_page(big->pages${i}[0]);\n`)}}\n`,
	'data: fields, a function each': (n) =>
		`struct big {\n${many(n, (i) => `\tstruct page **pages${i};\n`)}};\n${many(n, (i) => `int f${i}(struct big *big, unsigned long addr)\n{\n\treturn get_user_pages_fast(addr, 1, 0, big->pages${i});\n}\nvoid g${i}(struct big *big)\n{\n\tput_page(big->pages${i}[0]);\n}\n`)}`,
	'data: one field used by all': (n) =>
		`struct big {\n\tstruct page **pages;\n};\n${many(n, (i) => `int f${i}(struct big *big, unsigned long addr)\n{\n\treturn get_user_pages_fast(addr, 1, 0, big->pages);\n}\nvoid g${i}(struct big *big)\n{\n\tput_page(big->pages[0]);\n}\n`)}`,
	'data: structs': (n) => `${many(n, (i) => `struct s${i} {\n\tint a;\n\tstruct page *page;\n};\n`)}${BESIDE}`,
	'data: structs, all used': (n) =>
		`${many(n, (i) => `struct s${i} {\n\tint a;\n\tstruct page *page;\n};\n`)}int f(unsigned long addr)\n{\n${many(n, (i) => `\tstruct s${i} s${i};\n\tget_user_pages_fast(addr, 1, 0, &s${i}.page);\n`)}\treturn 0;\n}\n`,
	'data: structs in structs': (n) =>
		`struct s0 {\n\tstruct page *page;\n};\n${many(n, (i) => `struct s${i + 1} {\n\tstruct s${i} in;\n};\n`)}int f(struct s${n} *s, unsigned long addr)\n{\n\treturn get_user_pages_fast(addr, 1, 0, &s->${'in.'.repeat(Math.min(n, 100))}page);\n}\n`,
	'data: structs nested': (n) => `${'struct {\n'.repeat(n)}int a;\n${many(n, (i) => `} f${i};\n`)}${BESIDE}`,
	'data: structs nested and used': (n) =>
		`struct big {\n${'\tstruct {\n'.repeat(Math.min(n, 5000))}\tstruct page *page;\n${many(Math.min(n, 5000), (i) => `\t} f${i};\n`)}};\nint f(struct big *big, unsigned long addr)\n{\n\treturn get_user_pages_fast(addr, 1, 0, &big->f0.page);\n}\n`,
	'data: typedefs in a chain': (n) =>
		`typedef int t0;\n${many(n, (i) => `typedef t${i} t${i + 1};\n`)}int f(t${n} nr, unsigned long addr, struct page **pages)\n{\n\tt${n} ret = get_user_pages_fast(addr, nr, 0, pages);\n\treturn ret < nr;\n}\n`,
	'data: globals': (n) => `${many(n, (i) => `static int g${i};\n`)}${BESIDE}`,
	'data: globals, all assigned': (n) =>
		`${many(n, (i) => `static struct page *g${i};\n`)}${body(many(n, (i) => `\tget_user_pages_fast(addr, 1, 0, &g${i});\n`))}`,
	'data: initialiser of a global': (n) =>
		`${BESIDE}static const int table[] = {\n${many(n, (i) => `\t${i}, 0x${i},\n`)}};\n`,
	'data: designated initialiser of a global': (n) =>
		`${BESIDE}static const struct s table[] = {\n${many(n, (i) => `\t[${i}] = { .a = ${i}, .f = beside },\n`)}};\n`,
	'data: nested initialiser of a global': (n) =>
		`${BESIDE}static const int table[] = ${'{'.repeat(n)}1${'}'.repeat(n)};\n`,
	'data: initialiser of a local': (n) =>
		body(`\tint table[] = {\n${many(n, (i) => `\t${i}, 0x${i},\n`)}};\n${TAKE}${USE}`),
	'data: designated initialiser of a local': (n) =>
		body(`\tstruct s s = {\n${many(n, (i) => `\t.f${i} = ${i},\n`)}};\n${TAKE}${USE}`),
	'data: pages in an initialiser': (n) => body(`${TAKE}\tstruct s s = {\n${many(n, (i) => `\t.f${i} = pages,\n`)}};\n`),
	'data: initialiser of names': (n) =>
		`${BESIDE}static const char *table[] = {\n${many(n, () => '\tget_user_pages,\n')}};\n`,
	'data: a long string': (n) => body(`${TAKE}\tuse("${'a'.repeat(n)}");\n${USE}`),
	'data: strings in a row': (n) => body(`${TAKE}\tuse(${many(n, () => '"a %d" ')});\n${USE}`),
	'data: strings and names in a row': (n) => body(`${TAKE}\tuse(${many(n, () => 'PREFIX "a %d" ')});\n${USE}`),
	'data: a format without end': (n) => body(`${TAKE}\tuse("${'%'.repeat(n)}");\n${USE}`),
	'data: a format of flags': (n) => body(`${TAKE}\tuse("%${'-+ #0-9.*'.repeat(Math.ceil(n / 9))}");\n${USE}`),
	'data: strings in a table': (n) =>
		`${BESIDE}static const char *table[] = {\n${many(n, (i) => `\t"string ${i}",\n`)}};\n`,
	'data: declarations': (n) => `${many(n, (i) => `int f${i}(struct page **pages, int nr);\n`)}${BESIDE}`,
	'data: declarations without semicolons': (n) => `${many(n, (i) => `MODULE_X(f${i})\n`)}${BESIDE}`,
	'data: declarations with annotations': (n) =>
		`${BESIDE}${many(n, (i) => `int __must_check __init __attribute__((a(${i}))) f${i}(void);\n`)}`,
	'data: enumerators': (n) => `enum e {\n${many(n, (i) => `\tE${i} = ${i},\n`)}};\n${BESIDE}`,
	'data: K&R': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(addr, pages)\nunsigned long addr;\nstruct page **pages;\n{\n\treturn get_user_pages_fast(addr, 1, 0, pages);\n}\n`,
		),
	'data: cleanup attributes': (n) =>
		body(`${many(n, (i) => `\tvoid *a${i} __free(kfree) = kmalloc(1, 2);\n`)}${TAKE}${USE}`),
	'data: memory allocated and freed': (n) =>
		body(
			`${many(n, (i) => `\tstruct page **a${i} = kmalloc(nr, GFP_KERNEL);\n\tget_user_pages_fast(addr, nr, 0, a${i});\n\tkfree(a${i});\n`)}`,
		),
};

/** Macros. */
const MACROS: Readonly<Record<string, Shape>> = {
	'macros: object-like': (n) => `${many(n, (i) => `#define A${i} (FOLL_WRITE | ${i})\n`)}${BESIDE}`,
	'macros: object-like, all used': (n) =>
		`${many(n, (i) => `#define A${i} FOLL_WRITE\n`)}${body(many(n, (i) => `\tget_user_pages_fast(addr, nr, A${i}, pages);\n`))}`,
	'macros: one used often': (n) =>
		`#define FLAGS (FOLL_WRITE | FOLL_FORCE)\n${body(many(n, () => '\tget_user_pages_fast(addr, nr, FLAGS, pages);\n'))}`,
	'macros: in a chain': (n) =>
		`#define A0 FOLL_WRITE\n${many(n, (i) => `#define A${i + 1} (FOLL_FORCE | A${i})\n`)}${body(`\tret = get_user_pages_fast(addr, nr, A${n}, pages);\n`)}`,
	'macros: doubling': (n) =>
		`#define A0 FOLL_WRITE\n${many(n, (i) => `#define A${i + 1} (A${i} | A${i} | FOLL_FORCE)\n`)}${body(`\tret = get_user_pages_fast(addr, nr, A${n}, pages);\n`)}`,
	'macros: that mention themselves': (n) =>
		`${many(n, (i) => `#define A${i} (FOLL_WRITE | A${i})\n`)}${body(many(n, (i) => `\tget_user_pages_fast(addr, nr, A${i}, pages);\n`))}`,
	'macros: in a circle': (n) =>
		`${many(n, (i) => `#define A${i} (FOLL_WRITE | A${(i + 1) % n})\n`)}${body(`\tget_user_pages_fast(addr, nr, A0, pages);\n`)}`,
	'macros: function-like': (n) =>
		`${many(n, (i) => `#define TAKE${i}(addr, pages) get_user_pages_fast(addr, ${i}, FOLL_WRITE, pages)\n`)}${BESIDE}`,
	'macros: function-like, all used': (n) =>
		`${many(n, (i) => `#define TAKE${i}(addr, pages) get_user_pages_fast(addr, ${i}, FOLL_WRITE, pages)\n`)}${body(many(n, (i) => `\tTAKE${i}(addr, pages);\n`))}`,
	'macros: function-like flags with many arguments': (n) =>
		`#define F(${many(n, (i) => `a${i}, `)}z) (FOLL_WRITE${many(n, (i) => ` | a${i}`)})\n${body(`\tget_user_pages_fast(addr, nr, F(${many(n, (i) => `${i}, `)}0), pages);\n`)}`,
	'macros: of one name': (n) =>
		`${many(n, (i) => `#define FLAGS (FOLL_WRITE | ${i})\n`)}${body('\tget_user_pages_fast(addr, nr, FLAGS, pages);\n')}`,
	'macros: that are statements': (n) =>
		`${many(n, (i) => `#define TAKE${i}(addr) do { get_user_pages_fast(addr, 1, 0, pages); put_page(pages[0]); } while (0)\n`)}${BESIDE}`,
	'macros: a long body': (n) =>
		`#define TAKE(addr) do { ${many(n, () => '\\\n\tget_user_pages_fast(addr, 1, 0, pages); ')} } while (0)\n${BESIDE}`,
	'macros: a long body of one expression': (n) =>
		`#define FLAGS (FOLL_WRITE${many(n, (i) => ` \\\n\t| FOLL_A${i}`)})\n${body('\tget_user_pages_fast(addr, nr, FLAGS, pages);\n')}`,
	'macros: that lock': (n) =>
		`${many(n, (i) => `#define LOCK${i}(x) \\\n\tspin_lock(&(x)->lock${i})\n`)}${body(`${many(n, (i) => `\tLOCK${i}(dev);\n`)}\tunpin_user_pages_dirty_lock(pages, nr, true);\n`)}`,
	'macros: in a function': (n) => body(`${TAKE}${many(n, (i) => `#define A${i} FOLL_WRITE\n`)}${USE}`),
	'macros: without a name': (n) => `${many(n, () => '#define\n')}${BESIDE}`,
	'macros: of a bracket': (n) => `${many(n, (i) => `#define A${i} get_user_pages(((\n`)}${BESIDE}`,
	'macros: of brackets': (n) => `#define A get_user_pages${'('.repeat(n)}\n${BESIDE}`,
	'macros: of a brace': (n) => `${many(n, (i) => `#define A${i} get_user_pages(); {\n`)}${BESIDE}`,
	'macros: parameters without end': (n) => `#define A(${many(n, (i) => `a${i}, `)}\n${BESIDE}`,
	'macros: loops of their own': (n) =>
		body(`${TAKE}${many(n, (i) => `\tmy_for_each_thing(a${i}, dev) {\n\t\tuse(a${i});\n\t}\n`)}${USE}`),
	'macros: blank lines in one': (n) => `#define A get_user_pages \\\n${'\\\n'.repeat(n)}\n${BESIDE}`,
	'macros: blanks in one': (n) => `#define A${' '.repeat(n)}get_user_pages\n${BESIDE}`,
	'macros: blanks before one': (n) => `${' '.repeat(n)}#define A get_user_pages\n${BESIDE}`,
	'macros: blanks after #': (n) => `#${' '.repeat(n)}define A get_user_pages\n${BESIDE}`,
};

/** What is no C, or nothing but one thing. */
const JUNK: Readonly<Record<string, Shape>> = {
	...Object.fromEntries(
		[
			['{', '{'],
			['}', '}'],
			['(', '('],
			[')', ')'],
			['[', '['],
			['"', '"'],
			["'", "'"],
			['#', '#'],
			['# lines', '#\n'],
			['backslashes', '\\'],
			['backslashes and newlines', '\\\n'],
			['newlines', '\n'],
			['carriage returns', '\r'],
			['CRLF', '\r\n'],
			['blanks', ' '],
			['tabs', '\t'],
			['/*', '/*'],
			['*/', '*/'],
			['/', '/'],
			['*', '*'],
			['//', '// '],
			[';', ';'],
			[',', ','],
			['=', '='],
			['.', '.'],
			[':', ':'],
			['?', '?'],
			['&', '&'],
			['-', '-'],
			['<', '<'],
			['%', '%'],
			['0', '0'],
			['a', 'a'],
			['_', '_'],
			['a and blank', 'a '],
			['a and newline', 'a\n'],
			['a and (', 'a('],
			['a(', 'a(\n'],
			['a() {', 'a() {\n'],
			['a()', 'a()\n'],
			['a() {}', 'a() {}\n'],
			['(){', '(){'],
			['({', '({'],
			['({})', '({})'],
			['{(', '{('],
			['[]', '[]'],
			['"\\', '"\\'],
			['"\\n', '"\n'],
			['#if', '#if\n'],
			['#define', '#define A\\\n'],
			['#endif', '#endif\n'],
			['#if and brace', '#if A\n{\n#else\n}\n#endif\n'],
			['struct', 'struct '],
			['struct {', 'struct a {\n'],
			['if', 'if '],
			['if (', 'if ('],
			['if () else', 'if (a) b; else '],
			['for', 'for (;;) '],
			['do', 'do '],
			['case', 'case 1: '],
			['label', 'a: '],
			['return', 'return '],
			['sizeof', 'sizeof '],
			['typeof', 'typeof('],
			['asm', 'asm('],
			['__attribute__', '__attribute__(('],
			['static', 'static '],
			['static inline', 'static inline '],
			['SYSCALL_DEFINE', 'SYSCALL_DEFINE2(a, '],
			['get_user_pages', 'get_user_pages '],
			['get_user_pages(', 'get_user_pages('],
			['get_user_pages() {', 'get_user_pages() {\n'],
			['get_user_pages()', 'get_user_pages()\n'],
			['get_user_pages_', 'get_user_pages_'],
			['FOLL_', 'FOLL_'],
			['FOLL_WRITE |', 'FOLL_WRITE | '],
			['EXPORT_SYMBOL', 'EXPORT_SYMBOL('],
			['EXPORT_SYMBOL with blanks', 'EXPORT_SYMBOL   '],
			['mmu_notifier', 'mmu_notifier '],
			['mmu_notifier in strings', '"mmu_notifier '],
			['mmu_notifier functions', 'a(struct mmu_notifier *b) '],
			['mmu_notifier brackets', 'a( struct mmu_notifier '],
			['gup-lens:', '/* gup-lens: keep '],
			['gup-lens', '// gup-lens: keep a -- '],
			['dirty', 'set_page_dirty '],
			['zero bytes', '\0'],
			['beyond ASCII', '\u00e9'],
			['lone surrogates', '\ud800'],
			['no-break spaces', '\u00a0'],
			['line separators', '\u2028'],
			['form feeds', '\f'],
			['list_for_each', 'list_for_each(a, b) '],
			['EXAMPLE(', 'EXAMPLE( '],
			['A B', 'A B '],
			['__user', '__user '],
			['*)', '(u64 *)'],
			['&&a', '= &&a '],
			['...', '... '],
			['->', 'a->'],
			['a.b', 'a.'],
			['.a = b', '.a = beside, '],
			['a, b', 'a, beside, '],
			['beside', 'beside '],
			['&beside', '&beside, '],
		].map(([name, part]): [string, Shape] => [`junk: ${name}`, (n) => `${BESIDE}${(part as string).repeat(n)}`]),
	),
	'junk: { before': (n) => `${'{'.repeat(n)}\n${BESIDE}`,
	'junk: } before': (n) => `${'}'.repeat(n)}\n${BESIDE}`,
	'junk: ( before': (n) => `${'('.repeat(n)}\n${BESIDE}`,
	'junk: ) before': (n) => `${')'.repeat(n)}\n${BESIDE}`,
	'junk: " before': (n) => `${'"'.repeat(n)}\n${BESIDE}`,
	'junk: /* before': (n) => `${'/* '.repeat(n)}\n${BESIDE}`,
	'junk: names before': (n) => `${'a '.repeat(n)}\n${BESIDE}`,
	'junk: names in lines before': (n) => `${'a\n'.repeat(n)}\n${BESIDE}`,
	'junk: calls in lines before': (n) => `${'a(b)\n'.repeat(n)}\n${BESIDE}`,
	'junk: half-typed functions': (n) =>
		many(n, (i) => `int f${i}(unsigned long addr)\n{\n\tif (addr) {\n\t\tget_user_pages_fast(addr, 1, 0, `),
	'junk: functions without end': (n) =>
		many(
			n,
			(i) => `int f${i}(unsigned long addr, struct page **pages)\n{\n\tget_user_pages_fast(addr, 1, 0, pages);\n`,
		),
	'junk: functions without beginning': (n) => many(n, () => '\tget_user_pages_fast(addr, 1, 0, pages);\n}\n'),
	'junk: braces in a function': (n) => body(`${BARE}${'{'.repeat(n)}`),
	'junk: closing braces in a function': (n) => body(`${BARE}${'}\n'.repeat(n)}`),
	'junk: brackets in a function': (n) => body(`${BARE}${'(\n'.repeat(n)}`),
	'junk: quotes in a function': (n) => body(`${BARE}${'"\n'.repeat(n)}`),
	'junk: names in a function': (n) => body(`${BARE}${'a '.repeat(n)};\n`),
	'junk: names in lines in a function': (n) => body(`${BARE}${'a\n'.repeat(n)};\n`),
	'junk: operators in a function': (n) => body(`${BARE}${'+ * & | '.repeat(n)};\n`),
	'junk: : in a function': (n) => body(`${BARE}${': f() '.repeat(n)};\n`),
	'junk: ? in a function': (n) => body(`${BARE}${'? f() : '.repeat(n)};\n`),
	'junk: parse errors in a function': (n) => body(`${BARE}${many(n, () => '\tif ( a b ) c d;\n')}`),
	'junk: errors around calls': (n) => body(many(n, () => '\tx y get_user_pages_fast(addr, 1, 0, pages) z;\n')),
	'junk: a comment': (n) => `/* ${'a '.repeat(n)} */\n${BESIDE}`,
	'junk: comments': (n) => `${many(n, (i) => `/* comment ${i} */\n`)}${BESIDE}`,
	'junk: comments in a function': (n) => body(`${TAKE}${many(n, (i) => `\t/* comment ${i} */\n`)}${USE}`),
	'junk: comments of stars': (n) => `/*${'*'.repeat(n)}\n${BESIDE}`,
	'junk: comments that name the family': (n) => `${many(n, () => '/* get_user_pages() and put_page() */\n')}${BESIDE}`,
	'junk: strings that name the family': (n) => `${many(n, () => 'const char *a = "get_user_pages";\n')}${BESIDE}`,
	'junk: a long line': (n) =>
		`${BESIDE}int a = ${'1 + '.repeat(n)}1; int g(void) { return get_user_pages_fast(0, 1, 0, 0); }\n`,
	'junk: all on one line': (n) => many(n, (i) => `int f${i}(void) { return get_user_pages_fast(0, 1, 0, p); } `),
	'junk: findings on one line': (n) => `int f(void) { ${many(n, () => 'get_user_pages_fast(0, 1, FOLL_PIN, p); ')} }`,
	'junk: suppressions': (n) => `${many(n, () => '/* gup-lens: keep gup-leak -- because */\n')}${BESIDE}`,
	'junk: suppressions that are used': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n\t/* gup-lens: keep foll-pin-from-caller -- because */\n\treturn get_user_pages_fast(addr, 1, FOLL_PIN, pages);\n}\n`,
		),
	'junk: suppressions on one line': (n) =>
		`int f(void) { ${many(n, () => '/* gup-lens: keep foll-pin-from-caller -- because */ get_user_pages_fast(0, 1, FOLL_PIN, p); ')} }`,
	'junk: suppressions of blanks': (n) => `/* gup-lens: keep a${' '.repeat(n)}x\n${BESIDE}`,
	'junk: suppressions of dashes': (n) => `/* gup-lens: keep ${'-'.repeat(n)}\n${BESIDE}`,
	'junk: suppressions of stars': (n) => `/*${'*'.repeat(n)} gup-lens: keep\n${BESIDE}`,
	'junk: suppressions with long reasons': (n) => `/* gup-lens: keep a -- ${'b '.repeat(n)}\n${BESIDE}`,
	'junk: includes': (n) => `${many(n, (i) => `#include <linux/a${i}.h>\n`)}${BESIDE}`,
	'junk: includes of notifiers': (n) => `${many(n, () => '#include <linux/mmu_notifier.h>\n')}${BESIDE}`,
	'junk: notifiers': (n) =>
		`${many(n, (i) => `static void inv${i}(struct mmu_notifier *mn, unsigned long a)\n{\n\tuse(mn);\n}\n`)}${BESIDE}`,
	'junk: notifiers in tables': (n) =>
		`${many(n, (i) => `static const struct mmu_notifier_ops ops${i} = { .invalidate_range_start = inv${i} };\n`)}${BESIDE}`,
};

/** Everything a rule finds wrong, again and again. */
const FINDINGS: Readonly<Record<string, Shape>> = {
	'findings: FOLL_PIN': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, FOLL_PIN, pages);\n}\n`,
		),
	'findings: FOLL_PIN in one function': (n) =>
		body(many(n, () => '\tget_user_pages_fast(addr, 1, FOLL_PIN, pages);\n')),
	'findings: true for flags': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages_fast(addr, 1, true, pages);\n}\n`,
		),
	'findings: leaks': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr)\n{\n\tstruct page *page;\n\n\tif (get_user_pages_fast(addr, 1, 0, &page) != 1)\n\t\treturn -EFAULT;\n\tif (addr)\n\t\treturn -EINVAL;\n\tput_page(page);\n\treturn 0;\n}\n`,
		),
	'findings: leaks in one function': (n) =>
		body(
			`\tif (get_user_pages_fast(addr, 1, 0, &page) != 1)\n\t\treturn -EFAULT;\n${many(n, (i) => `\tif (dev->f${i})\n\t\treturn -EINVAL;\n`)}\tput_page(page);\n`,
		),
	'findings: mismatches': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr)\n{\n\tstruct page *page;\n\n\tif (pin_user_pages_fast(addr, 1, 0, &page) != 1)\n\t\treturn -EFAULT;\n\tput_page(page);\n\treturn 0;\n}\n`,
		),
	'findings: mismatches in one function': (n) =>
		body(many(n, () => '\tif (pin_user_pages_fast(addr, 1, 0, &page) == 1)\n\t\tput_page(page);\n')),
	'findings: double releases': (n) =>
		body(
			many(
				n,
				() => '\tif (get_user_pages_fast(addr, 1, 0, &page) == 1) {\n\t\tput_page(page);\n\t\tput_page(page);\n\t}\n',
			),
		),
	'findings: unsigned results': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n\tunsigned int got = get_user_pages_fast(addr, 4, 0, pages);\n\n\treturn got < 4 ? got * 2 : got;\n}\n`,
		),
	'findings: unsigned results in one function': (n) =>
		body(
			`\tunsigned int got;\n${many(n, () => '\tgot = get_user_pages_fast(addr, nr, 0, pages);\n\tret = got * 2;\n')}`,
		),
	'findings: dirtied under a lock': (n) =>
		many(
			n,
			(i) =>
				`void f${i}(struct dev *dev, struct page **pages)\n{\n\tspin_lock(&dev->lock);\n\tunpin_user_pages_dirty_lock(pages, 1, true);\n\tspin_unlock(&dev->lock);\n}\n`,
		),
	'findings: dirtied unlocked': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr)\n{\n\tstruct page *page;\n\n\tif (get_user_pages_fast(addr, 1, 1, &page) != 1)\n\t\treturn -EFAULT;\n\tset_page_dirty(page);\n\tput_page(page);\n\treturn 0;\n}\n`,
		),
	'findings: dirtied unlocked in one function': (n) =>
		body(
			many(
				n,
				() =>
					'\tif (get_user_pages_fast(addr, 1, 1, &page) == 1) {\n\t\tset_page_dirty(page);\n\t\tput_page(page);\n\t}\n',
			),
		),
	'findings: not dirtied': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, void *from)\n{\n\tstruct page *page;\n\n\tif (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)\n\t\treturn -EFAULT;\n\tmemcpy(page_address(page), from, 1);\n\tunpin_user_page(page);\n\treturn 0;\n}\n`,
		),
	'findings: gets for DMA': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(struct dev *dev, unsigned long addr)\n{\n\tstruct page *page;\n\n\tif (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)\n\t\treturn -EFAULT;\n\tdma_map_page(dev, page, 0, 1, DMA_FROM_DEVICE);\n\tput_page(page);\n\treturn 0;\n}\n`,
		),
	'findings: gets for DMA in one function': (n) =>
		body(
			many(
				n,
				() =>
					'\tif (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) == 1) {\n\t\tdma_map_page(dev, page, 0, 1, DMA_FROM_DEVICE);\n\t\tput_page(page);\n\t}\n',
			),
		),
	'findings: mmap_lock held': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(struct mm_struct *mm, unsigned long addr, struct page **pages)\n{\n\tint ret;\n\n\tmmap_read_lock(mm);\n\tret = get_user_pages_fast(addr, 1, 0, pages);\n\tmmap_read_unlock(mm);\n\treturn ret;\n}\n`,
		),
	'findings: mmap_lock missing': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(struct mm_struct *mm, unsigned long addr, struct page **pages)\n{\n\tmmap_read_lock(mm);\n\tmmap_read_unlock(mm);\n\treturn get_user_pages(addr, 1, 0, pages);\n}\n`,
		),
	'findings: old calls': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(unsigned long addr, struct page **pages)\n{\n\treturn get_user_pages(current, current->mm, addr, 1, 1, 0, pages, NULL);\n}\n`,
		),
	'findings: iov_iter_get_pages': (n) =>
		many(
			n,
			(i) =>
				`ssize_t f${i}(struct iov_iter *iter, struct page **pages)\n{\n\tsize_t off;\n\n\treturn iov_iter_get_pages2(iter, pages, 4096, 1, &off);\n}\n`,
		),
	'findings: merged pages': (n) =>
		`struct run {\n\tstruct page *first;\n\tint nr;\n};\n${many(n, (i) => `int f${i}(struct run *run, struct page **pages, unsigned long addr)\n{\n\tint i, n = 0, nr = pin_user_pages_fast(addr, 8, 0, pages);\n\n\tfor (i = 0; i < nr; i++) {\n\t\tif (n && page_to_pfn(pages[i]) == page_to_pfn(run[n - 1].first) + run[n - 1].nr)\n\t\t\trun[n - 1].nr++;\n\t\telse\n\t\t\trun[n++].first = pages[i];\n\t}\n\tfor (i = 0; i < n; i++)\n\t\tunpin_user_page(run[i].first);\n\treturn 0;\n}\n`)}`,
	'findings: dropped pages': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(struct folio **folios, unsigned long addr)\n{\n\tstruct page **pages = kmalloc(8, GFP_KERNEL);\n\tint i, n = 0, nr = pin_user_pages_fast(addr, 8, 0, pages);\n\n\tfor (i = 0; i < nr; i++) {\n\t\tstruct folio *folio = page_folio(pages[i]);\n\n\t\tif (n && folio == folios[n - 1])\n\t\t\tcontinue;\n\t\tfolios[n++] = folio;\n\t}\n\tkfree(pages);\n\treturn 0;\n}\n`,
		),
	'findings: convertible': (n) =>
		many(
			n,
			(i) =>
				`int f${i}(struct dev *dev, unsigned long addr)\n{\n\tstruct page *pages[4];\n\tint i, ret = get_user_pages_fast(addr, 4, FOLL_WRITE, pages);\n\n\tif (ret < 0)\n\t\treturn ret;\n\tfor (i = 0; i < ret; i++)\n\t\tdma_map_page(dev, pages[i], 0, 1, DMA_FROM_DEVICE);\n\tfor (i = 0; i < ret; i++) {\n\t\tset_page_dirty_lock(pages[i]);\n\t\tput_page(pages[i]);\n\t}\n\treturn 0;\n}\n`,
		),
};

/** All shapes by name: "group: what grows". */
export const SHAPES: Readonly<Record<string, Shape>> = {
	...CONDITIONS,
	...CALLS,
	...FUNCTIONS,
	...FLOW,
	...EXPRESSIONS,
	...DATA,
	...MACROS,
	...JUNK,
	...FINDINGS,
};

/**
 * The number at which a shape has about as many characters.
 * @param characters UTF-16 units
 */
export function sizedTo(shape: Shape, characters: number): number {
	const sample = 64;
	const small = shape(sample).length;
	const each = (shape(4 * sample).length - small) / (3 * sample);
	return Math.max(1, Math.round((characters - small) / Math.max(each, 0.5)) + sample);
}
