/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/suppressions-one-above-the-other.c
 * {"failure":"suppression: a suppression brings a finding","seed":467,"target":"code","path":"drivers/misc/example.c","kernel":"6.3","neighbours":[],"edits":[]} */
_(){
//gup-lens:keep foll-force-in-driver
get_user_pages_remote(m,,1,FOLL_FORCE e,L;