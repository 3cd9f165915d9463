// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the vfio-pci of 2018: one lock for all devices of the machine, held while one of them is
 * opened or released, that is while it is reset. Everything below the lock is today's driver and
 * real: a device behind a bridge takes its second. What became of it: e309df5b0c9e ("vfio/pci:
 * Parallelize device open and release"), in 5.0.
 *
 * Functions and lock have the names they had, and vfio_pci_release() gets what it got.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/vfio_pci_core.h>

static DEFINE_MUTEX(driver_lock);

static bool drop_lock;
module_param(drop_lock, bool, 0644);
MODULE_PARM_DESC(drop_lock,
		 "drop the driver's lock on the way to the reset, as the experiment of 2018 did");

struct vfio_pci_device {
	struct pci_dev *pdev; /* stays first: profilers found the device by it */
	struct vfio_pci_core_device *core;
};

struct device_2018 {
	struct vfio_pci_core_device core; /* has to be first */
	struct vfio_pci_device data;
};

static struct vfio_pci_device *data_of(struct vfio_device *core_vdev)
{
	return &container_of(core_vdev, struct device_2018, core.vdev)->data;
}

/* Neither inlined nor cloned under another name: this is what gets probed. */
static noinline __used int vfio_pci_open(void *device_data)
{
	struct vfio_pci_device *vdev = device_data;
	bool drop = READ_ONCE(drop_lock);
	int ret;

	mutex_lock(&driver_lock);
	if (drop)
		mutex_unlock(&driver_lock);
	ret = vfio_pci_core_enable(vdev->core);
	if (!drop)
		mutex_unlock(&driver_lock);
	return ret;
}

static noinline __used void vfio_pci_release(void *device_data)
{
	struct vfio_pci_device *vdev = device_data;
	bool drop = READ_ONCE(drop_lock);

	mutex_lock(&driver_lock);
	if (drop)
		mutex_unlock(&driver_lock);
	vfio_pci_core_close_device(&vdev->core->vdev);
	if (!drop)
		mutex_unlock(&driver_lock);
}

static int open_device(struct vfio_device *core_vdev)
{
	struct vfio_pci_device *vdev = data_of(core_vdev);
	int ret = vfio_pci_open(vdev);

	if (!ret)
		vfio_pci_core_finish_enable(vdev->core);
	return ret;
}

static void close_device(struct vfio_device *core_vdev)
{
	vfio_pci_release(data_of(core_vdev));
}

static const struct vfio_device_ops device_ops = {
    .name = KBUILD_MODNAME,
    .init = vfio_pci_core_init_dev,
    .release = vfio_pci_core_release_dev,
    .open_device = open_device,
    .close_device = close_device,
    .ioctl = vfio_pci_core_ioctl,
    .device_feature = vfio_pci_core_ioctl_feature,
    .read = vfio_pci_core_read,
    .write = vfio_pci_core_write,
    .mmap = vfio_pci_core_mmap,
    .request = vfio_pci_core_request,
    .match = vfio_pci_core_match,
#ifdef HAVE_IOMMUFD
    .bind_iommufd = vfio_iommufd_physical_bind,
    .unbind_iommufd = vfio_iommufd_physical_unbind,
    .attach_ioas = vfio_iommufd_physical_attach_ioas,
#endif
#ifdef HAVE_DETACH_IOAS
    .detach_ioas = vfio_iommufd_physical_detach_ioas,
#endif
};

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct device_2018 *device;
	int ret;

	device = vfio_alloc_device(device_2018, core.vdev, &pdev->dev, &device_ops);
	if (IS_ERR(device))
		return PTR_ERR(device);
	device->data.pdev = pdev;
	device->data.core = &device->core;

	/* The core and its error handlers expect to find their part there. */
	dev_set_drvdata(&pdev->dev, &device->core);
	ret = vfio_pci_core_register_device(&device->core);
	if (ret)
		vfio_put_device(&device->core.vdev);
	return ret;
}

static void remove(struct pci_dev *pdev)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(&pdev->dev);

	vfio_pci_core_unregister_device(core);
	vfio_put_device(&core->vdev);
}

/* Any device, but only one whose driver_override asks for us. */
static const struct pci_device_id ids[] = {
    {PCI_DRIVER_OVERRIDE_DEVICE_VFIO(PCI_ANY_ID, PCI_ANY_ID)}, {}};
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver pci_driver_2018 = {
    .name = KBUILD_MODNAME,
    .id_table = ids,
    .probe = probe,
    .remove = remove,
    .err_handler = &vfio_pci_core_err_handlers,
    .driver_managed_dma = true,
};
module_pci_driver(pci_driver_2018);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vfio-pci with the one lock it had in 2018");
