/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/suppression-between-arguments.c
 * {"failure":"suppression: a suppressed finding stays","seed":1515521477,"target":"code","path":"drivers/virt/nitro_enclaves/ne_misc_dev.c","kernel":"6.12","neighbours":[],"edits":[]} */
#define GRAB_PAGES(0,1,2,a3)get_user_pages_unlocked(0a1,,a3)
f(){GRAB_PAGES(,,
,FOLL_GET)