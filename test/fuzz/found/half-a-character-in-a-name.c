/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/half-a-character-in-a-name.c
 * {"failure":"sound: name of a function that is not read has a control character","seed":200449,"target":"code","path":"drivers/misc/example.c","kernel":"6.12","neighbours":[],"edits":[],"text":"\ud800(){pin_user_pages"} */
