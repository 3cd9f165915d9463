// SPDX-License-Identifier: MIT OR GPL-2.0
/* The spans that matter most: a VFIO device is opened, is released, or is reset by its user. */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* _IO(';', 100 + 6) in include/uapi/linux/vfio.h */
#define VFIO_GROUP_GET_DEVICE_FD  0x3b6a
#define VFIO_DEVICE_RESET	  0x3b6f /* 100 + 11 */
#define VFIO_DEVICE_PCI_HOT_RESET 0x3b71 /* 100 + 13 */

/* The span of an operation whose device is known, and the event of its begin. NULL if there is
 * none. */
static __always_inline struct event *device_span_begin(void *ctx, enum event_kind kind,
						       struct device *dev, struct mutex *lock,
						       struct mutex *group_lock)
{
	struct event *event;

	if (kind == EVENT_OPEN)
		contact(CONTACT_BY_OPEN);
	else if (!is_kernel_thread((void *)bpf_get_current_task()))
		track(current_tgid());
	if (!control.capturing)
		return NULL;
	span_begin(ctx, kind, lock, group_lock);
	event = event_reserve(kind, EDGE_BEGIN);
	if (!event)
		return NULL;
	event->lock = (__u64)lock;
	describe_peer(&event->peer, current_leader());
	read_device_name(dev, event->device);
	if (!is_pci(dev))
		event->flags |= FLAG_NOT_PCI;
	return event;
}

static __always_inline int release_begin(void *ctx, struct device *dev, struct mutex *lock,
					 struct mutex *group_lock, bool iommufd_compat)
{
	struct event *event;

	tell_bars();
	event = device_span_begin(ctx, EVENT_RELEASE, dev, lock, group_lock);
	if (!event)
		return 0;
	if (is_exiting((void *)bpf_get_current_task()))
		event->flags |= FLAG_EXITING;
	if (is_kernel_thread((void *)bpf_get_current_task()))
		event->flags |= FLAG_KERNEL_THREAD;
	if (iommufd_compat)
		event->flags |= FLAG_IOMMUFD_COMPAT;
	event_submit(event);
	return 0;
}

static __always_inline int file_release_begin(void *ctx, struct file *file)
{
	struct vfio_device *device;

	if (!has_device_open(file))
		return 0;
	device = vfio_device_of(file);
	return release_begin(ctx, BPF_CORE_READ(device, dev), dev_set_lock(device),
			     group_lock(device), has_iommufd_as_container(file));
}

/* Other requests return from the ioctl that a user reset is, too. */
static __always_inline int device_span_end(enum event_kind kind, int result)
{
	struct span *span;
	struct event *event;
	__s32 stack;

	if (!under_way.spans)
		return 0;
	span = current_span();
	if (!span || span->kind != kind)
		return 0;
	stack = stack_if_slow(&span->begin);
	span_end();
	event = event_reserve(kind, EDGE_END);
	if (!event)
		return 0;
	event->stack = stack;
	event->value = result;
	event_submit(event);
	return 0;
}

/* The release of a device file: it takes all locks inside, so the waits for them are seen. */
SEC("kprobe")
int BPF_KPROBE(release_kprobe, struct inode *inode, struct file *file)
{
	return file_release_begin(ctx, file);
}

SEC("kretprobe")
int BPF_KRETPROBE(release_kretprobe)
{
	return device_span_end(EVENT_RELEASE, 0);
}

SEC("fentry")
int BPF_PROG(release_fentry, struct inode *inode, struct file *file)
{
	return file_release_begin(ctx, file);
}

SEC("fexit")
int BPF_PROG(release_fexit)
{
	return device_span_end(EVENT_RELEASE, 0);
}

/* vfio_pci_release(void *device_data): before there were dev_sets */
SEC("kprobe")
int BPF_KPROBE(release_reflck_kprobe, struct vfio_pci_device *vdev)
{
	return release_begin(ctx, vfio_pci_dev(vdev), reflck_lock(vdev), NULL, false);
}

SEC("kretprobe")
int BPF_KRETPROBE(release_reflck_kretprobe)
{
	return device_span_end(EVENT_RELEASE, 0);
}

/* A group's ioctl. The one that opens a device has the device's name in user memory. */
static __always_inline int open_begin(void *ctx, struct file *file, unsigned int cmd,
				      const void *user_name)
{
	struct vfio_group *group;
	struct event *event;

	if (cmd != VFIO_GROUP_GET_DEVICE_FD)
		return 0;
	contact(CONTACT_BY_OPEN);
	if (!control.capturing)
		return 0;
	span_begin(ctx, EVENT_OPEN, NULL, NULL);
	event = event_reserve(EVENT_OPEN, EDGE_BEGIN);
	if (!event)
		return 0;
	describe_peer(&event->peer, current_leader());
	bpf_probe_read_user_str(event->device, sizeof(event->device), user_name);
	group = BPF_CORE_READ(file, private_data);
	if (has_iommufd(group))
		event->flags |= FLAG_IOMMUFD_COMPAT;
	event_submit(event);
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(open_kprobe, struct file *file, unsigned int cmd, unsigned long arg)
{
	return open_begin(ctx, file, cmd, (const void *)arg);
}

SEC("kretprobe")
int BPF_KRETPROBE(open_kretprobe, long result)
{
	return device_span_end(EVENT_OPEN, result);
}

SEC("fentry")
int BPF_PROG(open_fentry, struct file *file, unsigned int cmd, unsigned long arg)
{
	return open_begin(ctx, file, cmd, (const void *)arg);
}

SEC("fexit")
int BPF_PROG(open_fexit, struct file *file, unsigned int cmd, unsigned long arg, long result)
{
	return device_span_end(EVENT_OPEN, result);
}

/*
 * long vfio_df_ioctl_bind_iommufd(struct vfio_device_file *, …): opens a device that has a node of
 * its own. The process that binds it uses it; another one may have opened the node. There, nothing
 * takes time.
 */
static __always_inline int bind_begin(void *ctx, struct vfio_device_file *file)
{
	struct vfio_device *device = BPF_CORE_READ(file, device);
	struct event *event = device_span_begin(ctx, EVENT_OPEN, BPF_CORE_READ(device, dev),
						dev_set_lock(device), group_lock(device));

	if (event)
		event_submit(event);
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(bind_kprobe, struct vfio_device_file *file)
{
	return bind_begin(ctx, file);
}

SEC("kretprobe")
int BPF_KRETPROBE(bind_kretprobe, long result)
{
	return device_span_end(EVENT_OPEN, result);
}

SEC("fentry")
int BPF_PROG(bind_fentry, struct vfio_device_file *file)
{
	return bind_begin(ctx, file);
}

SEC("fexit")
int BPF_PROG(bind_fexit, struct vfio_device_file *file, void *arg, long result)
{
	return device_span_end(EVENT_OPEN, result);
}

/*
 * A device's ioctl. Of the two resets only the hot one takes the lock of the dev_set: 2cd8b14aaa66
 * ("vfio/pci: Move to the device set infrastructure"), 5.15; before, neither takes a lock of its
 * own that other devices need.
 */
static __always_inline int user_reset_begin(void *ctx, enum user_reset reset, struct device *dev,
					    struct mutex *lock)
{
	struct event *event = device_span_begin(ctx, EVENT_USER_RESET, dev,
						reset == USER_RESET_HOT ? lock : NULL, NULL);

	if (!event)
		return 0;
	event->subtype = reset;
	event_submit(event);
	return 0;
}

static __always_inline enum user_reset user_reset_of(unsigned int cmd)
{
	if (cmd == VFIO_DEVICE_RESET)
		return USER_RESET_DEVICE;
	return cmd == VFIO_DEVICE_PCI_HOT_RESET ? USER_RESET_HOT : 0;
}

static __always_inline int file_ioctl_begin(void *ctx, struct file *file, unsigned int cmd)
{
	enum user_reset reset = user_reset_of(cmd);
	struct vfio_device *device;

	if (!reset || !has_device_open(file))
		return 0;
	device = vfio_device_of(file);
	return user_reset_begin(ctx, reset, BPF_CORE_READ(device, dev), dev_set_lock(device));
}

SEC("kprobe")
int BPF_KPROBE(user_reset_kprobe, struct file *file, unsigned int cmd)
{
	return file_ioctl_begin(ctx, file, cmd);
}

SEC("kretprobe")
int BPF_KRETPROBE(user_reset_kretprobe, long result)
{
	return device_span_end(EVENT_USER_RESET, result);
}

SEC("fentry")
int BPF_PROG(user_reset_fentry, struct file *file, unsigned int cmd)
{
	return file_ioctl_begin(ctx, file, cmd);
}

SEC("fexit")
int BPF_PROG(user_reset_fexit, struct file *file, unsigned int cmd, unsigned long arg, long result)
{
	return device_span_end(EVENT_USER_RESET, result);
}

/* vfio_pci_ioctl(void *device_data, unsigned int cmd, unsigned long arg): before there were
 * dev_sets */
SEC("kprobe")
int BPF_KPROBE(user_reset_reflck_kprobe, struct vfio_pci_device *vdev, unsigned int cmd)
{
	enum user_reset reset = user_reset_of(cmd);

	return reset ? user_reset_begin(ctx, reset, vfio_pci_dev(vdev), NULL) : 0;
}

SEC("kretprobe")
int BPF_KRETPROBE(user_reset_reflck_kretprobe, long result)
{
	return device_span_end(EVENT_USER_RESET, result);
}
