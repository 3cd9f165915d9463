using System.Reflection;
using Profiler.Core.Names;

namespace Profiler.Core.Tests.Names;

/// <summary>The table of findings has all of them, and schema and document have the same.</summary>
public sealed class FindingKindsTests
{
    [Fact]
    public void All_has_every_kind_of_the_table_once() => Assert.Equal(
        typeof(FindingKinds).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(f => f.GetValue(null)).OfType<FindingKind>().Select(k => k.Id).Order(StringComparer.Ordinal),
        Ids());

    [Fact]
    public void The_schema_allows_just_these()
    {
        string[][] allowed =
        [
            .. PublishedNames.InSchema("findings")
                .Where(f => f.TryGetProperty("items", out _))
                .Select(f => f.GetProperty("items").GetProperty("properties").GetProperty("id").GetProperty("enum")
                    .EnumerateArray().Select(id => id.GetString()!).Order(StringComparer.Ordinal).ToArray()),
        ];
        Assert.NotEmpty(allowed);
        Assert.All(allowed, ids => Assert.Equal(Ids(), ids));
    }

    [Fact]
    public void The_document_has_a_heading_for_each_with_its_title_below()
    {
        string[] lines = [.. PublishedNames.DocumentLines.Where(l => l.Length > 0)];
        Assert.Equal(
            FindingKinds.All.Select(k => (k.Id, k.Title)),
            lines.Zip(lines.Skip(1)).Where(l => l.First.StartsWith("### ", StringComparison.Ordinal)).Select(l => (l.First[4..], l.Second)));
    }

    private static string[] Ids() => [.. FindingKinds.All.Select(k => k.Id).Order(StringComparer.Ordinal)];
}
