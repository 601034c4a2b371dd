/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/a-call-of-what-a-call-returns.c
 * {"failure":"IR: calls out of order","seed":20262614,"target":"code","path":"drivers/misc/example.c","kernel":"6.12","neighbours":[],"edits":[]} */
f(){(get_user_pages())()