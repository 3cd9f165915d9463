using Profiler.Core.Findings;
using Profiler.Core.Problems;

namespace Profiler.Core.Names;

/// <summary>Names of how much findings and problems matter.</summary>
public static class SeverityNames
{
    public static readonly NameTable<Severity> Severities = new(
        (Severity.Info, "info"),
        (Severity.Warning, "warning"));

    public static readonly NameTable<Impact> Impacts = new(
        (Impact.Note, "note"),
        (Impact.Incomplete, "incomplete"));

    public static string Name(this Severity severity) => Severities[severity];

    public static string Name(this Impact impact) => Impacts[impact];
}
