/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/callee-over-two-lines.c
 * {"failure":"sound: text of the evidence has a control character","seed":16034,"target":"code","path":"drivers/misc/example.c","kernel":"6.12","neighbours":[],"edits":[]} */
ecode(){e*page;(get_user_pages(r,1,E,page));map=kmap_local_page(page);(m)->
l(map);}