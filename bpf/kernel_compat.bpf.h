/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * The only place that knows the shapes of kernel types, and how they differ between kernels.
 * Only what we read is declared; CO-RE finds the real offsets when a program is loaded.
 */
#ifndef VFIOSCOPE_KERNEL_COMPAT_H
#define VFIOSCOPE_KERNEL_COMPAT_H

#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "events.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	char comm[COMM_LENGTH];
};

struct mutex {
	struct {
		long counter;
	} owner;
};

struct kobject {
	const char *name;
};

struct bus_type {
	const char *name;
};

struct device {
	struct kobject kobj;
	struct bus_type *bus;
};

struct pci_dev {
	struct device dev;
};

struct file {
	void *private_data;
};

struct vfio_device_set {
	struct mutex lock;
};

struct vfio_device {
	struct device *dev;
	struct vfio_device_set *dev_set;
};

/* Between a device's file and its vfio_device since 6.6 ("vfio: Allocate per device file
 * structure"); before it, the file's private_data is the vfio_device itself. */
struct vfio_device_file {
	struct vfio_device *device;
};

struct kernel_siginfo {
	int si_code;
};

#pragma clang attribute pop

#define PF_EXITING 0x00000004 /* include/linux/sched.h */

/* The low bits of mutex->owner are flags (MUTEX_FLAGS in kernel/locking/mutex.h). */
#define MUTEX_FLAGS 0x07UL

/* Whoever holds the mutex; NULL if nobody does, or while it is handed over. */
static __always_inline struct task_struct *mutex_holder(struct mutex *lock)
{
	return (struct task_struct *)((unsigned long)BPF_CORE_READ(lock, owner.counter) &
				      ~MUTEX_FLAGS);
}

static __always_inline struct vfio_device *vfio_device_of(struct file *file)
{
	void *private_data = BPF_CORE_READ(file, private_data);

	if (bpf_core_type_exists(struct vfio_device_file))
		return BPF_CORE_READ((struct vfio_device_file *)private_data, device);
	return private_data;
}

/* The mutex that serialises open, close and reset of everything in the device's dev_set. */
static __always_inline struct mutex *dev_set_lock(struct vfio_device *device)
{
	struct vfio_device_set *set = BPF_CORE_READ(device, dev_set);

	return set ? (void *)set + bpf_core_field_offset(struct vfio_device_set, lock) : NULL;
}

/* dev_name(): for a PCI function "domain:bus:slot.function". */
static __always_inline void read_device_name(struct device *dev, char name[DEVICE_LENGTH])
{
	bpf_probe_read_kernel_str(name, DEVICE_LENGTH, BPF_CORE_READ(dev, kobj.name));
}

static __always_inline void read_pci_name(struct pci_dev *pdev, char name[DEVICE_LENGTH])
{
	read_device_name((void *)pdev + bpf_core_field_offset(struct pci_dev, dev), name);
}

static __always_inline bool is_pci(struct device *dev)
{
	char bus[5] = {};

	bpf_probe_read_kernel_str(bus, sizeof(bus), BPF_CORE_READ(dev, bus, name));
	return bus[0] == 'p' && bus[1] == 'c' && bus[2] == 'i' && !bus[3];
}

static __always_inline bool is_exiting(struct task_struct *task)
{
	return BPF_CORE_READ(task, flags) & PF_EXITING;
}

#endif
