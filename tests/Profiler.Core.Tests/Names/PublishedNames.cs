using System.Collections.Immutable;
using System.Text.Json;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Names;

/// <summary>The names that are published: in the report's schema and in the documents.</summary>
internal static class PublishedNames
{
    public static ImmutableArray<string> DocumentLines => [.. File.ReadLines(Golden.Beside("../../../docs/findings.md"))];

    /// <summary>The objects under a property of this name, wherever in the schema they are.</summary>
    public static ImmutableArray<JsonElement> InSchema(string property)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Golden.Beside("../../../docs/report.schema.json")));
        return [.. Find(schema.RootElement, property).Select(e => e.Clone())];
    }

    /// <summary>The lists of allowed names of a property, each in alphabetical order; null, which stands for none, left out.</summary>
    public static ImmutableArray<string[]> Enumerations(string property) =>
    [
        .. InSchema(property).SelectMany(p => Find(p, "enum").Take(1)).Select(e =>
            e.EnumerateArray().Select(n => n.GetString()).OfType<string>().Order(StringComparer.Ordinal).ToArray()),
    ];

    private static IEnumerable<JsonElement> Find(JsonElement element, string property) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(e => Find(e, property)),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name == property ? [p.Value, .. Find(p.Value, property)] : Find(p.Value, property)),
        _ => [],
    };
}
