using System.Text.RegularExpressions;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Rooms;

/// <summary>Documents name files and folders that exist, and headings that are there.</summary>
public sealed partial class DocumentPathTests
{
    public static TheoryData<string> Documents =>
    [
        .. new[] { "README.md", "CONTRIBUTING.md", "tests/lab/README.md" }
            .Concat(Directory.EnumerateFiles(Path.Combine(Golden.Repository, "docs"), "*.md").Select(f => Path.GetRelativePath(Golden.Repository, f)).Order()),
    ];

    [Theory, MemberData(nameof(Documents))]
    public void Every_path_in_it_exists(string document)
    {
        string text = File.ReadAllText(Path.Combine(Golden.Repository, document));
        Assert.Equal([], InCode().Matches(text).Select(m => m.Groups[1].Value).Where(p => !Exists(Golden.Repository, p)).Distinct());
    }

    [Theory, MemberData(nameof(Documents))]
    public void Every_link_in_it_leads_somewhere(string document)
    {
        string text = File.ReadAllText(Path.Combine(Golden.Repository, document));
        string folder = Path.GetDirectoryName(Path.Combine(Golden.Repository, document))!;
        Assert.Equal([], Link().Matches(text).Select(m => m.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Leads(folder, document, target)).Distinct());
    }

    private static bool Leads(string folder, string document, string target)
    {
        string[] parts = target.Split('#', 2);
        string path = parts[0].Length == 0 ? Path.Combine(Golden.Repository, document) : Path.Combine(folder, parts[0]);
        return parts.Length == 1 ? Path.Exists(path) : File.Exists(path) && Anchors(File.ReadAllText(path)).Contains(parts[1]);
    }

    // As forges make them of headings: small letters, hyphens for spaces, no other punctuation.
    private static IEnumerable<string> Anchors(string text) => Heading().Matches(text)
        .Select(m => NotInAnchor().Replace(m.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static bool Exists(string folder, string path) => path.Contains('*', StringComparison.Ordinal)
        ? Directory.Exists(Path.Combine(folder, Path.GetDirectoryName(path)!)) &&
            Directory.EnumerateFileSystemEntries(Path.Combine(folder, Path.GetDirectoryName(path)!), Path.GetFileName(path)).Any()
        : Path.Exists(Path.Combine(folder, path));

    [GeneratedRegex(@"`((?:src|bpf|tests|docs|dashboards|packaging)/[\w./*-]*)`")]
    private static partial Regex InCode();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();
}
