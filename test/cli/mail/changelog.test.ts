/** What a mail says of an iterator, an array and a kept device mapping: true of the driver, and nothing else. */
import { describe, expect, test } from 'vitest';
import { scratch } from '../../support/scratch.js';
import { cli } from '../run.js';

const HEAD = '#include <linux/mm.h>\n#include <linux/uio.h>\n#include <linux/dma-mapping.h>\n\n';

const SEND = `${HEAD}static ssize_t knot_send(struct knot *kn, struct iov_iter *iter)
{
	struct page *pages[4];
	size_t off;
	ssize_t got;
	int i;

	got = iov_iter_get_pages2(iter, pages, 4 * PAGE_SIZE, 4, &off);
	if (got <= 0)
		return got;
	dma_map_page(kn->dev, pages[0], off, got, kn->way);
	for (i = 0; i < DIV_ROUND_UP(got + off, PAGE_SIZE); i++)
		put_page(pages[i]);
	return got;
}
`;

const method = (body: string, params = 'struct kiocb *iocb, struct iov_iter *to'): string =>
	`${SEND}\nstatic ssize_t knot_read(${params})\n{\n${body}}\n\nconst struct file_operations knot_fops = {\n\t.read_iter = knot_read,\n};\n`;

/** The mail in one line, with another rule and kernel where it takes one. */
async function mailOf(text: string, kernel = '6.12', rule = 'iov-iter-get-pages'): Promise<string> {
	const argv = ['fix', '--rule', rule, '--format', 'patch', '--kernel', kernel, 'knot.c'];
	const { stdout, stderr } = await cli(argv, { cwd: scratch({ 'knot.c': text }) });
	expect(stdout, stderr).toContain('\n---\n');
	return stdout.slice(0, stdout.indexOf('\ndiff --git')).replaceAll('\n', ' ');
}

const UNSEEN = 'whether user-backed iterators reach knot_send() at all is up to its callers in other files';

describe('the mail of an extraction', () => {
	test('speaks of user-backed iterators alone, of ITER_KVEC, and of what nobody marks dirty', async () => {
		const mail = await mailOf(SEND);
		expect(mail).toContain('  For user-backed iterators, knot_send() takes plain references');
		expect(mail).toContain('ITER_KVEC, which iov_iter_get_pages2() refuses with -EFAULT, is accepted now');
		expect(mail).toContain('the pages of an iterator for reading (ITER_DEST) are written, but nothing');
		expect(mail).toContain(UNSEEN);
	});

	test('says nothing of ITER_KVEC where it does not come to the call', async () => {
		const test_ = '\tif (iov_iter_is_kvec(iter))\n\t\treturn -EINVAL;\n\tgot = iov';
		expect(await mailOf(SEND.replace('\tgot = iov', test_))).not.toContain('ITER_KVEC');
	});

	test.each([
		['read() passes it', method('\treturn knot_send(iocb->ki_filp->private_data, to);\n')],
		[
			'it waits in an object',
			method(
				'\tstruct knot *kn = iocb->ki_filp->private_data;\n\n\tkn->iter = to;\n\treturn knot_send(kn, kn->iter);\n',
			),
		],
		['recvmsg() passes it', method('\treturn knot_send(sk, &msg->msg_iter);\n', 'struct knot *sk, struct msghdr *msg')],
		[
			'the file makes it',
			method(
				'\tstruct iov_iter iter;\n\n\tiov_iter_ubuf(&iter, ITER_DEST, kn->buf, 8);\n\treturn knot_send(kn, &iter);\n',
				'struct knot *kn',
			),
		],
	])('does not doubt that users reach the call where %s', async (_, text) => {
		expect(await mailOf(text)).not.toContain(UNSEEN);
	});

	test.each([
		method(
			'\tstruct iov_iter iter;\n\n\tiov_iter_bvec(&iter, ITER_DEST, kn->bv, 1, 8);\n\treturn knot_send(kn, &iter);\n',
			'struct knot *kn',
		),
		method('\treturn knot_send(kn, &sub->io_iter);\n', 'struct knot *kn, struct knot_sub *sub'),
	])('tells where none is seen to reach it (%#)', async (text) => {
		expect(await mailOf(text)).toContain(UNSEEN);
	});

	test('tells who frees the array after a failure, by what the kernel does', async () => {
		const text = SEND.replace('struct page *pages[4]', 'struct page **pages')
			.replace(
				'iov_iter_get_pages2(iter, pages, 4 * PAGE_SIZE, 4,',
				'iov_iter_get_pages_alloc2(iter, &pages, 4 * PAGE_SIZE,',
			)
			.replace('if (got <= 0)', 'if (got < 0)');
		expect(await mailOf(text)).toContain('which iov_iter_get_pages_alloc2() freed: free it here.');
	});

	test('says above what a comment stands that still names the old function', async () => {
		const comment =
			'/* what one iov_iter_get_pages() takes */\n#define KNOT_PAGES 4\n\n/*\n * Takes pages by iov_iter_get_pages2().\n */\nstatic ssize_t knot_send';
		const mail = await mailOf(
			SEND.replace('static ssize_t knot_send', comment).replace(
				'\tgot = ',
				'\t/* iov_iter_get_pages2() advances */\n\tgot = ',
			),
		);
		expect(mail).toContain(
			'comments or messages still name iov_iter_get_pages() or iov_iter_get_pages2(), please check what they say: above KNOT_PAGES, above knot_send(), in knot_send().',
		);
	});
});

const KEEPS = `${HEAD}int knot_map(struct knot *kn, struct knot_dma *dma, unsigned long addr)
{
	if (get_user_pages_fast(addr, 1, 0, dma->pages) != 1)
		return -EFAULT;
	dma->addr = dma_map_page(kn->dev, dma->pages[0], 0, PAGE_SIZE, DMA_TO_DEVICE);
	return 0;
}

void knot_unmap(struct knot *kn, struct knot_dma *dma)
{
	dma_unmap_page(kn->dev, dma->addr, PAGE_SIZE, DMA_TO_DEVICE);
	put_page(dma->pages[0]);
}
`;

describe('the mail of pages that a device keeps', () => {
	const OPEN = 'up to the callers of knot_unmap() in other files, which were not followed';

	test('tells that other files decide for how long', async () => {
		expect(await mailOf(KEEPS, '6.12', 'foll-get-for-dma')).toContain(OPEN);
	});

	test('does not where an interrupt ends it', async () => {
		const handler = `${KEEPS.replace('void knot_unmap', 'static void knot_unmap')}
static irqreturn_t knot_irq(int irq, void *data)
{
	struct knot *kn = data;

	knot_unmap(kn, kn->dma);
	return IRQ_HANDLED;
}
`;
		expect(await mailOf(handler, '6.12', 'foll-get-for-dma')).not.toContain('were not followed');
	});
});
