using System.Collections.Immutable;

namespace Profiler.Core.Lives;

/// <summary>The shutdowns and starts that a recording was kept for, as far as they are over.</summary>
/// <param name="File">The name of the recording: letters, digits, '.', '_', '-' and '~' of ASCII, at most 110 of them.</param>
public sealed record KeptLives(string File, ImmutableArray<Shutdown> Shutdowns, ImmutableArray<Start> Starts);
