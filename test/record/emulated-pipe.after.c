/*
 * A pipe between guest and host: the buffers of read() and write() are pinned for one command of the host.
 */
#include <linux/fs.h>
#include <linux/mm.h>

#define MAX_BUFFERS 16

struct emu_command {
	u32 status;
	u32 consumed;
	u64 ptrs[MAX_BUFFERS];
};

struct emu_pipe {
	struct emu_command *command;
	struct page *pages[MAX_BUFFERS];
	struct mutex lock;
};

static int emu_pin(unsigned long first, unsigned int nr, bool is_write, struct page **pages)
{
	int got = pin_user_pages_fast(first, min_t(unsigned int, nr, MAX_BUFFERS), is_write ? 0 : FOLL_WRITE, pages);

	/* The host is given what there is; the rest comes with the next command. */
	return got > 0 ? got : -EFAULT;
}

static void emu_release(struct page **pages, int nr, bool is_write, s32 consumed)
{
	unpin_user_pages_dirty_lock(pages, nr, !is_write && consumed > 0);
}

static int emu_transfer(struct emu_pipe *pipe, unsigned long addr, unsigned long end, bool is_write, s32 *consumed)
{
	unsigned long first = addr & PAGE_MASK, last = (end - 1) & PAGE_MASK;
	unsigned int nr = ((last - first) >> PAGE_SHIFT) + 1;
	int got, i;

	mutex_lock(&pipe->lock);
	got = emu_pin(first, nr, is_write, pipe->pages);
	if (got < 0) {
		mutex_unlock(&pipe->lock);
		return got;
	}
	for (i = 0; i < got; i++)
		pipe->command->ptrs[i] = page_to_phys(pipe->pages[i]);
	emu_run(pipe, is_write, got);
	*consumed = pipe->command->consumed;

	emu_release(pipe->pages, got, is_write, *consumed);
	mutex_unlock(&pipe->lock);
	return pipe->command->status;
}
