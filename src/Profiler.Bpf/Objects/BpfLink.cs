using Profiler.Bpf.Native;

namespace Profiler.Bpf.Objects;

/// <summary>An attached program.</summary>
public sealed class BpfLink : IDisposable
{
    private readonly BpfLinkHandle _handle;

    internal BpfLink(nint link) => _handle = new BpfLinkHandle(link);

    /// <summary>Detaches it. A run that has begun on another CPU still ends.</summary>
    public void Dispose() => _handle.Dispose();
}
