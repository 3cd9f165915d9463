using System.Collections.Immutable;
using System.Text.Json;

namespace Profiler.Core.Wire;

/// <summary>Names of kinds of events as all outputs and recordings have them: the enumeration's, in snake case.</summary>
public static class EventKindNames
{
    private static readonly ImmutableArray<string> Names =
        [.. Enumerable.Range(0, WireEvent.Kinds).Select(kind => JsonNamingPolicy.SnakeCaseLower.ConvertName(((EventKind)kind).ToString()))];

    /// <summary>The name of a kind; one that is unknown to us is told by its number.</summary>
    public static string Of(int kind) => kind >= 0 && kind < Names.Length ? Names[kind] : $"{kind}";

    /// <summary>The kind of a name; null if it is one of a later version.</summary>
    public static int? Find(string name) => Names.IndexOf(name) is > 0 and var kind ? kind : null;
}
