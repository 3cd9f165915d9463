using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Profiler.Cli.Commands;
using Profiler.Tests.Support;

namespace Profiler.Cli.Tests.Shipping;

/// <summary>
/// The notices that the licences of the packages in the program ask for: made from the packages themselves, so that one that
/// is added, updated or goes is not forgotten. UPDATE_GOLDEN=1 rewrites them.
/// </summary>
public sealed class NoticesTests
{
    [Fact]
    public void Every_package_in_the_program_has_its_licence_in_the_notices() =>
        Golden.Equal(Path.Combine(Golden.Repository, "THIRD-PARTY-NOTICES.txt"), Notices());

    [Fact]
    public void The_program_shows_them()
    {
        using var output = new StringWriter();
        CommandLine.Parse(CommandLine.Create(), ["--notices"]).Invoke(new() { Output = output });
        Assert.Equal(File.ReadAllText(Path.Combine(Golden.Repository, "THIRD-PARTY-NOTICES.txt")), output.ToString());
    }

    [Fact]
    public void The_parts_list_has_each_of_them_with_its_hash()
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(Golden.Repository, "packaging/sbom"), ["1.2.3"]) { RedirectStandardOutput = true })!;
        using JsonDocument parts = JsonDocument.Parse(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        JsonElement[] packages = [.. parts.RootElement.GetProperty("components").EnumerateArray().Where(c => c.TryGetProperty("purl", out _))];
        Assert.All(packages, p => Assert.Matches("^[0-9a-f]{128}$", p.GetProperty("hashes")[0].GetProperty("content").GetString()));
        Assert.Equal(
            Shipped().Select(p => $"{p.Id} {p.Version}").Append("Microsoft.DotNet.ILCompiler").Order(StringComparer.OrdinalIgnoreCase),
            packages.Select(NameOf).Order(StringComparer.OrdinalIgnoreCase));

        // Which runtime it is compiled with is the SDK's to say.
        static string NameOf(JsonElement package) => package.GetProperty("name").GetString() is var name && name == "Microsoft.DotNet.ILCompiler"
            ? name
            : $"{name} {package.GetProperty("version").GetString()}";
    }

    private static string Notices()
    {
        Package[] packages = [.. Shipped().OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase)];
        var text = new StringBuilder();
        text.Append("vfioscope contains these libraries, and the .NET runtime and ASP.NET Core (MIT, Copyright (c) .NET Foundation and Contributors).\n\n");
        foreach (Package p in packages)
            text.Append($"{p.Id} {p.Version}: {p.Licence}, {p.Copyright}\n");
        foreach (IGrouping<string, Package> licence in packages.GroupBy(p => p.LicenceText).OrderBy(g => g.First().Licence, StringComparer.Ordinal))
        {
            text.Append($"\n{new string('-', 80)}\n{licence.First().Licence}: {string.Join(", ", licence.Select(p => p.Id))}\n\n");
            text.Append(licence.Key.Trim()).Append('\n');
        }
        return text.ToString();
    }

    // What has code that runs on Linux: neither analyzers nor build tools.
    private static IEnumerable<Package> Shipped()
    {
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllText(Path.Combine(Golden.Repository, "src/Profiler.Cli/obj/project.assets.json")));
        string folder = assets.RootElement.GetProperty("packageFolders").EnumerateObject().First().Name;
        JsonElement target = assets.RootElement.GetProperty("targets").GetProperty("net10.0/linux-x64");
        foreach (JsonProperty library in target.EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() == "package" && library.Value.TryGetProperty("runtime", out JsonElement runtime) &&
                runtime.EnumerateObject().Any(f => f.Name.EndsWith(".dll", StringComparison.Ordinal)))
                yield return Package.Read(folder, library.Name);
        }
    }

    private sealed record Package(string Id, string Version, string Licence, string Copyright, string LicenceText)
    {
        public static Package Read(string folder, string name)
        {
            string directory = Path.Combine(folder, name.ToLowerInvariant());
            XElement metadata = XDocument.Load(Directory.EnumerateFiles(directory, "*.nuspec").Single()).Root!.Elements().First();
            string? Of(string element) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == element)?.Value;
            string licence = metadata.Elements().First(e => e.Name.LocalName == "license").Value;
            string copyright = Of("copyright") ?? $"Copyright (c) {Of("authors")}";
            string? file = Directory.EnumerateFiles(directory)
                .FirstOrDefault(f => Path.GetFileName(f).StartsWith("LICENSE", StringComparison.OrdinalIgnoreCase));
            string text = licence == "MIT" ? Mit()
                : file is not null ? File.ReadAllText(file)
                : licence == "BSD-2-Clause" ? File.ReadAllText(Golden.Beside("BSD-2-Clause.txt"))
                : throw new InvalidDataException($"{name} is under {licence} and has no text of it: add one here");
            return new Package(Of("id")!, Of("version")!, licence, copyright.Trim(), text.ReplaceLineEndings("\n"));
        }

        // Ours is the same licence: all of its text but the line of the copyright.
        private static string Mit() => string.Join('\n', File.ReadLines(Path.Combine(Golden.Repository, "LICENSE"))
            .Where(line => !line.StartsWith("Copyright", StringComparison.Ordinal)));
    }
}
