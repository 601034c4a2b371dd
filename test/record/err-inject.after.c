/*
 * An error injector that takes a virtual address, makes sure that it is mapped, and leaves the translation to the firmware.
 */
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/sysfs.h>

struct mca_inject {
	struct device dev;
	u64 virt_addr;
	u64 phys_addr;
	u64 status;
};

static struct mca_inject *to_inject(struct device *dev)
{
	return container_of(dev, struct mca_inject, dev);
}

static ssize_t phys_addr_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%llx\n", to_inject(dev)->phys_addr);
}

static ssize_t virt_addr_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t size)
{
	struct mca_inject *inject = to_inject(dev);
	u64 virt_addr;
	int ret;

	if (kstrtou64(buf, 16, &virt_addr))
		return -EINVAL;

	/* The firmware wants the page present. */
	ret = get_user_pages_unlocked(virt_addr, 1, NULL, FOLL_WRITE);
	if (ret <= 0)
		return -EINVAL;

	inject->virt_addr = virt_addr;
	inject->phys_addr = mca_translate(virt_addr);
	return size;
}

static DEVICE_ATTR_RO(phys_addr);
static DEVICE_ATTR_WO(virt_addr);
