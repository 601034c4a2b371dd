/* gup-lens fuzz: npm run fuzz -- --replay test/fuzz/found/control-character-in-a-message.c
 * {"failure":"sound: message of foll-flags-not-flags has a control character","seed":4167970682,"target":"code","path":"drivers/staging/vc04_services/interface/vchiq_arm/vchiq_arm.c","kernel":"6.12","neighbours":[],"edits":[]} */
f(){pin_user_pages_fast((g)K _,m	==D s)