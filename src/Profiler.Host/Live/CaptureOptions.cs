using Profiler.Bpf.Plan;

namespace Profiler.Host.Live;

/// <summary>How to capture: the options of all live commands.</summary>
/// <param name="Attach">Kind of attachment.</param>
/// <param name="LockProbe">Where lock waits are seen.</param>
/// <param name="RingBufferBytes">A power of two, at least 4096.</param>
/// <param name="Stacks">Minimum duration of operations whose kernel stack is kept; zero: none is.</param>
/// <param name="BpfStats">The kernel counts runs and time of all BPF programs.</param>
public sealed record CaptureOptions(
    AttachChoice Attach, LockProbeChoice LockProbe, uint RingBufferBytes, TimeSpan Stacks, bool BpfStats);
