using System.Diagnostics;
using System.Globalization;
using System.Text;
using Profiler.Tests.Support;

namespace Profiler.Bpf.Tests.Programs;

/// <summary>
/// Instructions of each BPF program, as compiled, in programs.txt beside this file: a program that grows, and so may cost more each time
/// it runs, does so on purpose. UPDATE_GOLDEN=1 rewrites the file.
/// </summary>
public sealed class ProgramSizesTests
{
    private const int InstructionBytes = 8;

    [Fact]
    public void No_program_grows_unnoticed()
    {
        var table = new StringBuilder();
        foreach (string path in Directory.GetFiles(Path.Combine(Golden.Repository, "out/bpf"), "*.bpf.o").Order(StringComparer.Ordinal))
        {
            table.Append(Path.GetFileName(path)).Append('\n');
            foreach ((string name, int bytes) in Functions(path).OrderBy(f => f.Name, StringComparer.Ordinal))
                table.Append(CultureInfo.InvariantCulture, $"{bytes / InstructionBytes,6} {name}\n");
        }
        Golden.Equal(Golden.Beside("programs.txt"), table.ToString());
    }

    // "   100: 0000000000000000  2600 FUNC    GLOBAL DEFAULT    3 release_kprobe"
    private static List<(string Name, int Bytes)> Functions(string path)
    {
        using Process readelf = Process.Start(new ProcessStartInfo("readelf", ["-sW", path]) { RedirectStandardOutput = true })!;
        string output = readelf.StandardOutput.ReadToEnd();
        readelf.WaitForExit();
        List<(string, int)> functions =
        [
            .. output.Split('\n')
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields is [_, _, _, "FUNC", ..])
                .Select(fields => (fields[^1], int.Parse(fields[2], CultureInfo.InvariantCulture))),
        ];
        Assert.NotEmpty(functions);
        return functions;
    }
}
