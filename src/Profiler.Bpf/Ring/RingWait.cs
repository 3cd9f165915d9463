using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Profiler.Bpf.Native;
using Profiler.Linux;

namespace Profiler.Bpf.Ring;

/// <summary>
/// Waits for records. poll(2), not epoll: a program wakes the reader only if its record is the one at the consumer's position.
/// That position is stored once per batch, so a wake-up may be missing, and poll(2) looks at the ring buffer itself before it
/// sleeps, each time.
/// </summary>
internal sealed unsafe class RingWait : IDisposable
{
    private readonly int _ring;
    private readonly SafeFileHandle _interrupt;

    /// <param name="ring">File descriptor of the ring buffer; must stay open.</param>
    /// <exception cref="BpfException">No more file descriptors.</exception>
    public RingWait(int ring)
    {
        _ring = ring;
        _interrupt = new SafeFileHandle(LibC.eventfd(0, LibC.EFD_CLOEXEC | LibC.EFD_NONBLOCK), ownsHandle: true);
        if (_interrupt.IsInvalid)
            throw Failed();
    }

    /// <summary>Waits until there is a record, <see cref="Interrupt"/> was called, a signal arrives or the time is over.</summary>
    /// <param name="timeout">Maximum time, rounded up to milliseconds; none if negative.</param>
    /// <returns>Whether there is a record. A program may still be writing it.</returns>
    /// <exception cref="BpfException">The kernel refuses.</exception>
    public bool ForRecords(TimeSpan timeout)
    {
        LibC.PollFd* fds = stackalloc LibC.PollFd[]
        {
            new() { fd = _ring, events = LibC.POLLIN },
            new() { fd = (int)_interrupt.DangerousGetHandle(), events = LibC.POLLIN },
        };
        if (LibC.poll(fds, 2, (int)Math.Ceiling(Math.Max(0, timeout.TotalMilliseconds))) < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw Failed();
        return (fds[0].revents & LibC.POLLIN) != 0;
    }

    /// <summary>Ends the wait in progress and all later ones; on any thread.</summary>
    public void Interrupt()
    {
        ulong one = 1;
        // Fails only if the count is at its maximum: then the waits end as well.
        _ = Posix.write((int)_interrupt.DangerousGetHandle(), in *(byte*)&one, sizeof(ulong));
    }

    public void Dispose() => _interrupt.Dispose();

    private static BpfException Failed() => new($"the ring buffer cannot be waited for: {Marshal.GetLastPInvokeErrorMessage()}");
}
