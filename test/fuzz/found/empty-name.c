/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/empty-name.c
 * {"failure":"sound: never ends","seed":1663,"target":"code","path":"drivers/misc/example.c","kernel":"5.4","neighbours":[],"edits":[]} */
end(){struct page**pages;pin_user_pages_fast(r, ,[0]=pages)unpin_user_page(pages, ;