/*
 * Zero-copy send: the references of the pages become those of the fragments, and the packet puts them when it is freed.
 */
#include <linux/mm.h>
#include <linux/skbuff.h>

#define ZC_PAGES 8

struct zc_queue {
	struct sk_buff_head ready;
	unsigned int mtu;
};

static int zc_fill(struct sk_buff *skb, unsigned long addr, size_t len)
{
	struct page *pages[ZC_PAGES];
	size_t offset = offset_in_page(addr);
	int nr = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	int frag = skb_shinfo(skb)->nr_frags;
	int got, i;

	if (nr > ZC_PAGES || frag + nr > MAX_SKB_FRAGS)
		return -EMSGSIZE;

	got = get_user_pages_fast(addr, nr, 0, pages);
	if (got < nr) {
		for (i = 0; i < got; i++)
			put_page(pages[i]);
		return got < 0 ? got : -EFAULT;
	}

	for (i = 0; i < nr; i++) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset);

		skb_fill_page_desc(skb, frag + i, pages[i], offset, part);
		len -= part;
		offset = 0;
	}
	return 0;
}

static int zc_send(struct zc_queue *queue, unsigned long addr, size_t len)
{
	struct sk_buff *skb = alloc_skb(queue->mtu, GFP_KERNEL);
	int ret;

	if (!skb)
		return -ENOMEM;
	ret = zc_fill(skb, addr, len);
	if (ret) {
		kfree_skb(skb);
		return ret;
	}
	skb->len += len;
	skb->data_len += len;
	skb->truesize += PAGE_ALIGN(len);
	skb_queue_tail(&queue->ready, skb);
	return 0;
}
