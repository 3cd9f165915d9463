namespace Profiler.Cli.Tests.Rooms;

/// <summary>Which folder of a project may use which: only those before it. Namespaces are folders.</summary>
public class FolderOrderTests
{
    /// <summary>In the order of a project's folders: its root, what lies in no folder.</summary>
    private const string Root = "";

    // What all of Core speaks with: names, figures, errors. They name only what carries no logic.
    private static readonly string[] Vocabulary = ["Wire", "Spans", "Lives"];

    private static readonly Dictionary<string, string[]> Order = new()
    {
        ["Core"] =
        [
            "Protobuf", "Wire", "Spans", "Facts", "Stuck", "Lives", "Problems", "Findings", "WhatIf", "Histograms", "Statistics", "Recording", Root, "Capture",
        ],
        ["Bpf"] = [Root, "Native", "Plan", "Kernel", "Ring", "Objects", "Session", "Symbols"],
        ["Host"] = ["Processes", "Pci", "Vms", "Files", Root, "Live", "Stuck"],
    };

    [Theory]
    [InlineData("Core")]
    [InlineData("Bpf")]
    [InlineData("Host")]
    public void A_folder_uses_only_those_before_it(string project) =>
        Assert.Equal("", string.Join('\n', Uses(project)
            .Where(u => !Allowed(project, u.User, u.Used)).Select(u => $"{Words(u.User)} uses {Words(u.Used)}")));

    [Theory]
    [InlineData("Core")]
    [InlineData("Bpf")]
    [InlineData("Host")]
    public void Every_folder_has_its_place(string project) => Assert.Equal(
        Order[project].Order(StringComparer.Ordinal),
        Uses(project).SelectMany(u => new[] { u.User, u.Used }).Where(t => !IsVocabulary(project, t)).Select(t => Folder(project, t))
            .Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Cli")]
    [InlineData("Report")]
    [InlineData("Metrics")]
    public void Folders_do_not_use_each_other_in_circles(string project)
    {
        ILookup<string, string> uses = Uses(project)
            .Select(u => (User: Folder(project, u.User), Used: Folder(project, u.Used)))
            .Where(u => u.User != u.Used).Distinct().ToLookup(u => u.User, u => u.Used);
        var left = uses.SelectMany(group => group.Append(group.Key)).ToHashSet();
        // What uses nothing that is left is in no circle.
        while (left.RemoveWhere(folder => !uses[folder].Any(left.Contains)) > 0)
        {
        }
        Assert.Equal("", string.Join('\n', left.SelectMany(folder => uses[folder].Where(left.Contains).Select(used => $"{folder} uses {used}"))));
    }

    private static IEnumerable<(TypeName User, TypeName Used)> Uses(string project) =>
        TypeUses.Of(ProjectArrowTests.Assembly(project)).Where(u => IsOf(project, u.User) && IsOf(project, u.Used));

    // What the compiler and its generators add is elsewhere.
    private static bool IsOf(string project, TypeName type) =>
        $"{type.Namespace}.".StartsWith($"Profiler.{project}.", StringComparison.Ordinal);

    private static bool Allowed(string project, TypeName user, TypeName used)
    {
        if (IsVocabulary(project, used))
            return true;
        string from = Folder(project, user), to = Folder(project, used);
        return IsVocabulary(project, user)
            ? used.IsEnum || Vocabulary.Contains(to)
            : Array.IndexOf(Order[project], to) <= Array.IndexOf(Order[project], from);
    }

    private static bool IsVocabulary(string project, TypeName type) => project == "Core" && Folder(project, type) switch
    {
        "Names" => true,
        Root => type.Name is not ("Pipeline" or "Snapshot"),
        _ => false,
    };

    private static string Folder(string project, TypeName type) =>
        type.Namespace.Length <= $"Profiler.{project}.".Length ? Root : type.Namespace[$"Profiler.{project}.".Length..];

    private static string Words(TypeName type) => $"{type.Namespace}.{type.Name}";
}
