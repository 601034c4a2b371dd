/** Functions by which the CPU itself stores into the data of pages, or loads from it. */
import { byName, type Source } from './table.js';

/** Position of the page or kernel address. */
type At = number;

const stores: readonly Source<At>[] = [
	{
		source: 'include/linux/{string,fortify-string,uaccess,uio}.h, read in 6.1.192 and 6.12.117',
		calls: {
			'memcpy memmove memset memzero_explicit memset32 memset64 strcpy strncpy strscpy strscpy_pad strcat sprintf': 0,
			'snprintf scnprintf memcpy_fromio memset_io copy_page clear_page memcpy_from_page memcpy_from_folio': 0,
			'copy_from_user __copy_from_user copy_from_user_nofault copy_from_kernel_nofault _copy_from_user': 0,
			'__copy_from_user_inatomic raw_copy_from_user copy_from_iter copy_from_iter_full copy_from_iter_nocache': 0,
			'skb_copy_bits ioread32_rep ioread16_rep ioread8_rep readsl readsw readsb': 2,
			kernel_read: 1,
		},
	},
	{
		source:
			'include/linux/{string,sprintf,random,uaccess,sockptr,kernel,hex,byteorder/generic,sort}.h, include/asm-generic/io.h, read in 6.12.117',
		calls: {
			'strlcpy strlcat strncat stpcpy memcpy_and_pad memcpy_flushcache memset16 memset_l memset_p vsnprintf vscnprintf': 0,
			'vsprintf get_random_bytes get_random_bytes_wait strncpy_from_user copy_struct_from_user copy_from_sockptr': 0,
			'copy_from_iter_full_nocache hex2bin bin2hex sort le16_add_cpu le32_add_cpu le64_add_cpu be16_add_cpu': 0,
			'be32_add_cpu be64_add_cpu cpu_to_le32_array le32_to_cpu_array cpu_to_be32_array be32_to_cpu_array': 0,
			'insb insw insl ioread64_rep readsq': 1,
		},
	},
	{
		source: 'include/linux/{highmem,mm,uio,scatterlist}.h, read in 6.1.192 and 6.12.117',
		calls: {
			'memcpy_to_page memcpy_page memset_page memzero_page zero_user zero_user_segment zero_user_segments': 0,
			'clear_highpage clear_user_highpage copy_highpage copy_user_highpage copy_mc_highpage copy_mc_user_highpage': 0,
			'copy_page_from_iter copy_page_from_iter_atomic copy_folio_from_iter copy_folio_from_iter_atomic': 0,
			'memcpy_to_folio folio_zero_range folio_zero_segment folio_zero_segments folio_fill_tail': 0,
			'sg_copy_from_buffer sg_pcopy_from_buffer sg_zero_buffer clear_user_pages tag_clear_highpage': 0,
			copy_to_user_page: 3,
		},
	},
	{
		source:
			'include/asm-generic/bitops/*.h, include/linux/{bitmap,atomic/atomic-instrumented,unaligned}.h, read in 6.12.117',
		calls: {
			'set_bit clear_bit change_bit __set_bit __clear_bit __change_bit set_bit_le clear_bit_le __set_bit_le': 1,
			'__clear_bit_le test_and_set_bit test_and_clear_bit __test_and_set_bit __test_and_clear_bit assign_bit': 1,
			'test_and_set_bit_lock test_and_set_bit_le test_and_clear_bit_le set_bit_inv clear_bit_inv clear_bit_unlock': 1,
			'bitmap_set bitmap_clear bitmap_zero bitmap_fill bitmap_or bitmap_and bitmap_copy': 0,
			'atomic_set atomic_inc atomic_dec atomic64_set atomic64_inc atomic_inc_return atomic_xchg atomic_cmpxchg': 0,
			'cmpxchg xchg cmpxchg64 try_cmpxchg smp_store_release smp_store_mb': 0,
			'atomic_add atomic_sub atomic_or atomic_and atomic64_add put_unaligned put_unaligned_le16': 1,
			'put_unaligned_le32 put_unaligned_le64 put_unaligned_be16 put_unaligned_be32 put_unaligned_be64': 1,
		},
	},
];

const loads: readonly Source<At>[] = [
	{
		source: 'include/linux/{string,uaccess,highmem,uio,scatterlist}.h, read in 6.1.192 and 6.12.117',
		calls: {
			'memcpy memmove memcmp memcpy_toio copy_to_user __copy_to_user _copy_to_user __copy_to_user_inatomic': 1,
			'copy_page memcpy_from_page copy_highpage copy_user_highpage copy_mc_highpage strcpy strscpy strncpy': 1,
			'iowrite32_rep iowrite8_rep writesl writesw writesb dump_emit_page memcpy_from_folio': 1,
			'strlen strnlen copy_to_iter copy_page_to_iter copy_page_to_iter_nofault get_unaligned get_unaligned_le32': 0,
			'get_unaligned_le64 get_unaligned_be32 sg_copy_to_buffer sg_pcopy_to_buffer print_hex_dump_bytes': 0,
			'test_bit test_bit_le find_first_bit memcpy_page': 1,
			copy_from_user_page: 4,
			'crc32 crc32_le crc32c csum_partial': 1,
		},
	},
];

const STORES = byName(stores);
const LOADS = byName(loads);

/** Position of the argument this function stores into; undefined when it stores into none. */
export function storesInto(name: string): number | undefined {
	return STORES.get(name);
}

/** Position of the argument this function loads from; undefined when it loads from none. */
export function loadsFrom(name: string): number | undefined {
	return LOADS.get(name);
}
