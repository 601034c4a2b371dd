/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/macro-that-ends-in-crlf.c
 * {"failure":"CRLF: findings differ with CRLF","seed":6279,"target":"code","path":"drivers/block/ublk_drv.c","kernel":"6.1","neighbours":[],"edits":[]} */
ublk_copy_io_pages(r*data,t){(((a)))=kmap_local_page(data->pages[x]);memcpy(f+a)
}pages(){get_user_pages_fast((e),n,s,iter.pages);ublk_copy_io_pages(&iter)
put_page(iter.pages)	}
#define put_page(
