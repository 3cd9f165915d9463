using Profiler.Bpf.Plan;

namespace Profiler.Host.Live;

/// <summary>How to capture: the options all live verbs share.</summary>
/// <param name="Attach">Kind of attachment.</param>
/// <param name="LockProbe">Where lock waits are seen.</param>
/// <param name="RingBufferBytes">A power of two, at least 4096.</param>
/// <param name="Stacks">What takes as long leaves its kernel stack; zero: nothing does.</param>
/// <param name="BpfStats">The kernel counts what its BPF programs cost, ours and all others.</param>
public sealed record CaptureOptions(
    AttachChoice Attach, LockProbeChoice LockProbe, uint RingBufferBytes, TimeSpan Stacks, bool BpfStats);
