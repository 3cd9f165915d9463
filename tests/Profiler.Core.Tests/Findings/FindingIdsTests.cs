using System.Text.Json;
using System.Text.RegularExpressions;
using Profiler.Core.Statistics;
using Profiler.Tests.Support;

namespace Profiler.Core.Tests.Findings;

/// <summary>What can be found, what is counted from the start and what the schema allows are the same.</summary>
public sealed partial class FindingIdsTests
{
    private static readonly string[] Counted = [.. FindingCounts.Ids.Order(StringComparer.Ordinal)];

    [Fact]
    public void All_that_can_be_found_is_counted() => Assert.Equal(
        Counted,
        Directory.EnumerateFiles(Golden.Beside("../../../src/Profiler.Core/Findings"), "*.cs")
            .SelectMany(file => Found().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["id"].Value)
            .Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_schema_allows_just_these()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Golden.Beside("../../../docs/report.schema.json")));
        string[][] allowed = [.. Ids(schema.RootElement)];
        Assert.NotEmpty(allowed);
        Assert.All(allowed, ids => Assert.Equal(Counted, ids.Order(StringComparer.Ordinal)));
    }

    // "findings": {"items": {"properties": {"id": {"enum": […]}}}}, wherever it is.
    private static IEnumerable<string[]> Ids(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Array)
            return schema.EnumerateArray().SelectMany(Ids);
        if (schema.ValueKind != JsonValueKind.Object)
            return [];
        return schema.EnumerateObject().SelectMany(property =>
            property is { Name: "findings", Value.ValueKind: JsonValueKind.Object } && property.Value.TryGetProperty("items", out JsonElement items) &&
            items.TryGetProperty("properties", out JsonElement finding)
                ? [[.. finding.GetProperty("id").GetProperty("enum").EnumerateArray().Select(id => id.GetString()!)]]
                : Ids(property.Value));
    }

    [GeneratedRegex("""(?:new(?: Finding)?|[?:] )\("(?<id>[a-z_]+)", """)]
    private static partial Regex Found();
}
