/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/release-without-a-number.c
 * {"failure":"conversions: TypeError: Cannot read properties of undefined (reading ...) in Array.some","seed":44007,"target":"code","path":"drivers/misc/example.c","kernel":"6.12","neighbours":[],"edits":[]} */
_swap(){get_user_pages_fast(r,r,0,pages);e()
release_pages(pages)
}