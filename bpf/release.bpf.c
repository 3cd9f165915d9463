// SPDX-License-Identifier: MIT OR GPL-2.0
/* The brackets: a VFIO device is opened, a VFIO device is released. */
#include "probes.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* _IO(';', 100 + 6) in include/uapi/linux/vfio.h */
#define VFIO_GROUP_GET_DEVICE_FD 0x3b6a

static __always_inline int release_begin(void *ctx, struct device *dev, struct mutex *lock,
					 struct mutex *group_lock)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct event *event;

	make_owner(current_tgid());
	if (!control.capturing)
		return 0;
	bracket_open(ctx, lock, group_lock);
	event = event_reserve(EVENT_RELEASE, PHASE_BEGIN);
	if (!event)
		return 0;
	event->lock = (__u64)lock;
	describe_peer(&event->peer, current_leader());
	read_device_name(dev, event->device);
	if (!is_pci(dev))
		event->flags |= FLAG_NOT_PCI;
	if (is_exiting(task))
		event->flags |= FLAG_EXITING;
	event_submit(event);
	return 0;
}

static __always_inline int file_release_begin(void *ctx, struct file *file)
{
	struct vfio_device *device = vfio_device_of(file);

	return release_begin(ctx, BPF_CORE_READ(device, dev), dev_set_lock(device),
			     group_lock(device));
}

static __always_inline int bracket_end(enum event_kind kind, int result)
{
	struct bracket *bracket = current_bracket();
	struct event *event;
	__s32 stack;

	if (!bracket)
		return 0;
	stack = stack_if_slow(&bracket->begin);
	bracket_close();
	event = event_reserve(kind, PHASE_END);
	if (!event)
		return 0;
	event->stack = stack;
	event->value = result;
	event_submit(event);
	return 0;
}

/* The release of a device file: outside of every lock, so that the wait for them is inside. */
SEC("kprobe")
int BPF_KPROBE(release_kprobe, struct inode *inode, struct file *file)
{
	return file_release_begin(ctx, file);
}

SEC("kretprobe")
int BPF_KRETPROBE(release_kretprobe)
{
	return bracket_end(EVENT_RELEASE, 0);
}

SEC("fentry")
int BPF_PROG(release_fentry, struct inode *inode, struct file *file)
{
	return file_release_begin(ctx, file);
}

SEC("fexit")
int BPF_PROG(release_fexit)
{
	return bracket_end(EVENT_RELEASE, 0);
}

/* vfio_pci_release(void *device_data): before there were dev_sets */
SEC("kprobe")
int BPF_KPROBE(release_reflck_kprobe, struct vfio_pci_device *vdev)
{
	return release_begin(ctx, vfio_pci_dev(vdev), reflck_lock(vdev), NULL);
}

SEC("kretprobe")
int BPF_KRETPROBE(release_reflck_kretprobe)
{
	return bracket_end(EVENT_RELEASE, 0);
}

/* A group's ioctl: the one that opens a device names it in user memory. */
static __always_inline int open_begin(void *ctx, unsigned int cmd, const void *user_name)
{
	struct event *event;

	if (cmd != VFIO_GROUP_GET_DEVICE_FD)
		return 0;
	make_owner(current_tgid());
	if (!control.capturing)
		return 0;
	bracket_open(ctx, NULL, NULL);
	event = event_reserve(EVENT_OPEN, PHASE_BEGIN);
	if (!event)
		return 0;
	describe_peer(&event->peer, current_leader());
	bpf_probe_read_user_str(event->device, sizeof(event->device), user_name);
	event_submit(event);
	return 0;
}

SEC("kprobe")
int BPF_KPROBE(open_kprobe, struct file *file, unsigned int cmd, unsigned long arg)
{
	return open_begin(ctx, cmd, (const void *)arg);
}

SEC("kretprobe")
int BPF_KRETPROBE(open_kretprobe, long result)
{
	return bracket_end(EVENT_OPEN, result);
}

SEC("fentry")
int BPF_PROG(open_fentry, struct file *file, unsigned int cmd, unsigned long arg)
{
	return open_begin(ctx, cmd, (const void *)arg);
}

SEC("fexit")
int BPF_PROG(open_fexit, struct file *file, unsigned int cmd, unsigned long arg, long result)
{
	return bracket_end(EVENT_OPEN, result);
}
