/*
 * A receive engine that gives the buffer back from the interrupt which says that it is full.
 */
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct rx_buf {
	struct list_head node;
	struct page **pages;
	unsigned long nr_pages;
	struct work_struct work;
};

struct rx_engine {
	spinlock_t lock;
	struct list_head active;
	void __iomem *regs;
};

static void rx_buf_free(struct rx_buf *buf)
{
	kvfree(buf->pages);
	kfree(buf);
}

static void rx_buf_work(struct work_struct *work)
{
	struct rx_buf *buf = container_of(work, struct rx_buf, work);

	unpin_user_pages_dirty_lock(buf->pages, buf->nr_pages, true);
	rx_buf_free(buf);
}

static irqreturn_t rx_irq(int irq, void *data)
{
	struct rx_engine *rx = data;
	struct rx_buf *buf;
	unsigned long flags;

	spin_lock_irqsave(&rx->lock, flags);
	buf = list_first_entry_or_null(&rx->active, struct rx_buf, node);
	if (buf) {
		list_del(&buf->node);
		schedule_work(&buf->work);
	}
	spin_unlock_irqrestore(&rx->lock, flags);
	return buf ? IRQ_HANDLED : IRQ_NONE;
}

static int rx_queue(struct rx_engine *rx, unsigned long addr, unsigned long nr_pages)
{
	unsigned long flags;
	struct rx_buf *buf;
	int got, ret;

	buf = kzalloc(sizeof(*buf), GFP_KERNEL);
	if (!buf)
		return -ENOMEM;
	buf->pages = kvmalloc_array(nr_pages, sizeof(*buf->pages), GFP_KERNEL);
	if (!buf->pages) {
		ret = -ENOMEM;
		goto free;
	}

	got = pin_user_pages_fast(addr, nr_pages, FOLL_WRITE | FOLL_LONGTERM, buf->pages);
	if (got <= 0) {
		ret = got ? got : -EFAULT;
		goto free;
	}
	buf->nr_pages = got;
	INIT_WORK(&buf->work, rx_buf_work);

	spin_lock_irqsave(&rx->lock, flags);
	list_add_tail(&buf->node, &rx->active);
	rx_program(rx, buf);
	spin_unlock_irqrestore(&rx->lock, flags);
	return got;

free:
	rx_buf_free(buf);
	return ret;
}
