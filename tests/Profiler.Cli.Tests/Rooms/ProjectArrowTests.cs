using System.Reflection;
using System.Xml.Linq;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Rooms;

/// <summary>Which project may know which: docs/architecture.md. Data flows one way, and so do references.</summary>
public class ProjectArrowTests
{
    // Besides Linux, which is names and numbers only, and is there for all.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Linux"] = [],
        ["Bpf"] = [],
        ["Core"] = [],
        ["Host"] = ["Bpf", "Core"],
        ["Report"] = ["Core"],
        ["Metrics"] = ["Core"],
        ["Tui"] = ["Core", "Host", "Report"],
        ["Cli"] = ["Bpf", "Core", "Host", "Metrics", "Report", "Tui"],
    };

    public static TheoryData<string> Projects =>
        [.. Directory.GetDirectories(Golden.Beside("../../../src"), "Profiler.*").Select(d => Path.GetFileName(d)["Profiler.".Length..])];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_those_below_it(string project)
    {
        var file = XDocument.Load(Golden.Beside($"../../../src/Profiler.{project}/Profiler.{project}.csproj"));
        Assert.Empty(file.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)).Except(AllowedTo(project)));
    }

    // What a project refers to is visible to those that refer to it as well: what the compiler used tells more.
    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_those_below_it(string project) =>
        Assert.Empty(TypeUses.References(Assembly(project)).Except(AllowedTo(project)));

    // Where tests compare every constant and struct of them with the headers (tests/Support/Mirrors.cs).
    [Fact]
    public void Native_functions_are_only_where_their_mirrors_are_checked() => Assert.Equal(
        ["Bpf", "Cli", "Linux"],
        Allowed.Keys.Where(project => System.Reflection.Assembly.LoadFrom(Assembly(project)).GetTypes()
            .SelectMany(t => t.GetMethods(
                BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Any(m => m.Attributes.HasFlag(MethodAttributes.PinvokeImpl))).Order(StringComparer.Ordinal));

    /// <summary>The compiled project.</summary>
    internal static string Assembly(string project) =>
        Path.Combine(AppContext.BaseDirectory, project == "Cli" ? "vfioscope.dll" : $"Profiler.{project}.dll");

    private static IEnumerable<string> AllowedTo(string project) =>
        Allowed[project].Append(project == "Linux" ? "" : "Linux").Select(p => $"Profiler.{p}");
}
