"""For the lab's programs: opening a device by its group, as VMMs do."""
import os
import struct
from fcntl import ioctl

# include/uapi/linux/vfio.h
VFIO_BASE = (ord(";") << 8) + 100
VFIO_SET_IOMMU, VFIO_GROUP_SET_CONTAINER, VFIO_GROUP_GET_DEVICE_FD = VFIO_BASE + 2, VFIO_BASE + 4, VFIO_BASE + 6
VFIO_TYPE1v2_IOMMU = 3


def open_group(bdf):
    """The container and the group of a device, set up for type 1."""
    container = os.open("/dev/vfio/vfio", os.O_RDWR)
    number = os.path.basename(os.readlink(f"/sys/bus/pci/devices/{bdf}/iommu_group"))
    group = os.open(f"/dev/vfio/{number}", os.O_RDWR)
    ioctl(group, VFIO_GROUP_SET_CONTAINER, struct.pack("i", container))
    ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU)
    return container, group


def open_device(group, bdf):
    # For a buffer that may be written to, ioctl() returns what the call did.
    return ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bytearray(bdf.encode() + b"\0"))
