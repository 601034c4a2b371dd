/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/beyond-the-end.c
 * {"failure":"IR: step outside of its function","seed":1207,"target":"code","path":"drivers/misc/example.c","kernel":"6.12","neighbours":[],"edits":[]} */
p(){FOLL_O"