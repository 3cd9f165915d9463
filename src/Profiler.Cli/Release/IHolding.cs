namespace Profiler.Cli.Release;

/// <summary>Devices held open by this or other processes. Disposing releases those that are still held, untimed.</summary>
internal interface IHolding : IDisposable
{
    /// <summary>The processes that hold them.</summary>
    IReadOnlyList<int> ProcessIds { get; }

    /// <summary>Releases all devices; returns when all are released.</summary>
    ReleaseTimes Release();
}
