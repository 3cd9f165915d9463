using Profiler.Core.Findings;

namespace Profiler.Core.Names;

/// <summary>A kind of finding; <see cref="FindingKinds"/> has all of them.</summary>
/// <param name="Id">Its stable name in all outputs, and its heading and anchor in docs/findings.md.</param>
/// <param name="Severity">Unless the single finding says otherwise.</param>
/// <param name="Title">What it says, in one sentence.</param>
/// <param name="OfDevice">It says that a device is faulty or not free; the others say how a shutdown handles its devices.</param>
public sealed record FindingKind(string Id, Severity Severity, string Title, bool OfDevice = false);
