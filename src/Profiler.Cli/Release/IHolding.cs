namespace Profiler.Cli.Release;

/// <summary>Devices held open, by whichever process. Disposing lets go of what is still held, untimed.</summary>
internal interface IHolding : IDisposable
{
    /// <summary>The processes to look at, or to kill.</summary>
    IReadOnlyList<int> ProcessIds { get; }

    /// <summary>Lets all devices go; returns when all are gone.</summary>
    ReleaseTimes LetGo();
}
